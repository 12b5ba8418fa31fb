#include "simulator/jpeg.hpp"

#include <array>
#include <bit>
#include <cstdlib>
#include <string_view>

namespace penstock::simulator {
namespace {

using std::string_view_literals::operator""sv;

constexpr unsigned block_size = 8;

// A block of one colour has a DC coefficient of 8 times its value: with this in the quantisation
// table the coefficient is the value itself.
constexpr char quantum = 8;

// Differences between two values have up to 8 bits. Their lengths as DC codes: three bits for 0 to
// 6 and one bit more for each beyond (T.81, C.2: no code is all ones).
constexpr std::string_view dc_table =
    "\0\0\x07\1\1\0\0\0\0\0\0\0\0\0\0\0"
    "\0\1\2\3\4\5\6\7\x08"sv;
constexpr unsigned first_long = 7;
// Of AC coefficients there is none: the end of the block alone, as one bit.
constexpr std::string_view ac_table = "\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv;

// The entropy-coded data: bits, the highest first, with a zero byte stuffed behind each 0xFF.
class BitWriter {
 public:
  explicit BitWriter(std::string& out) : out_(out) {}
  void put(unsigned bits, unsigned count) {
    for (unsigned i = count; i > 0; --i) {
      byte_ = byte_ << 1 | ((bits >> (i - 1)) & 1);
      if (++filled_ == 8) {
        out_ += static_cast<char>(byte_);
        out_.append(byte_ == 0xFF ? 1 : 0, '\0');
        byte_ = filled_ = 0;
      }
    }
  }
  // The last byte is filled up with ones.
  void finish() { put(0x7F, (8 - filled_) % 8); }

 private:
  std::string& out_;
  unsigned byte_ = 0, filled_ = 0;
};

void put_block(BitWriter& bits, int difference) {
  const unsigned size =
      static_cast<unsigned>(std::bit_width(static_cast<unsigned>(std::abs(difference))));
  if (size < first_long) {
    bits.put(size, 3);
  } else {
    bits.put(size == first_long ? 0b1110 : 0b11110, size - first_long + 4);
  }
  // T.81, F.1.2.1: a negative difference as one less, in two's complement.
  bits.put(static_cast<unsigned>(difference < 0 ? difference - 1 : difference), size);
  bits.put(0, 1);  // no AC coefficients
}

void append_u16(std::string& out, std::size_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xFF);
}

void append_segment(std::string& out, char marker, std::string_view content) {
  out += '\xFF';
  out += marker;
  append_u16(out, content.size() + 2);
  out += content;
}

void append_header(std::string& out, unsigned width, unsigned height) {
  out += "\xFF\xD8";                                                             // SOI
  append_segment(out, '\xE0', "JFIF\0\1\2\0\0\1\0\1\0\0"sv);                     // APP0
  append_segment(out, '\xDB', std::string(1, '\0') + std::string(64, quantum));  // DQT
  std::string frame = "\x08";                                                    // bits a sample
  append_u16(frame, height);
  append_u16(frame, width);
  // Three components, none of them subsampled, with quantisation table 0.
  frame += "\3\1\x11\0\2\x11\0\3\x11\0"sv;
  append_segment(out, '\xC0', frame);                                           // SOF0
  append_segment(out, '\xC4', std::string(1, '\0') + std::string(dc_table));    // DHT
  append_segment(out, '\xC4', std::string(1, '\x10') + std::string(ac_table));  // DHT
  append_segment(out, '\xDA', "\3\1\0\2\0\3\0\0\x3F\0"sv);                      // SOS
}

}  // namespace

std::string jpeg(unsigned width, unsigned height,
                 const std::function<Colour(unsigned column, unsigned row)>& block) {
  std::string out;
  append_header(out, width, height);
  BitWriter bits(out);
  std::array<int, 3> last{128, 128, 128};
  for (unsigned row = 0; row < (height + block_size - 1) / block_size; ++row) {
    for (unsigned column = 0; column < (width + block_size - 1) / block_size; ++column) {
      const Colour colour = block(column, row);
      const std::array<int, 3> values{colour.luma, colour.blue, colour.red};
      for (std::size_t i = 0; i < values.size(); ++i) {
        put_block(bits, values[i] - last[i]);
      }
      last = values;
    }
  }
  bits.finish();
  return out + "\xFF\xD9";  // EOI
}

}  // namespace penstock::simulator
