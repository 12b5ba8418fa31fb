#include "unit/simulator/json_check.hpp"

#include <algorithm>
#include <string>

namespace penstock::test {
namespace {

class Checker {
 public:
  explicit Checker(std::string_view text) : rest_(text) {}

  JsonCheck run() {
    JsonCheck result;
    skip_space();
    result.object = peek() == '{';
    result.valid = document() && (skip_space(), rest_.empty());
    result.depth = depth_;
    return result;
  }

 private:
  // Values and ends of containers, without recursion.
  bool document() {
    std::string open;
    for (;;) {
      skip_space();
      const char first = peek();
      if (first == '{' || first == '[') {
        rest_.remove_prefix(1);
        open += first;
        depth_ = std::max(depth_, open.size());
        skip_space();
        if (!take(closing(first))) {
          if (first == '{' && !name()) {
            return false;
          }
          continue;
        }
        open.pop_back();
      } else if (!scalar()) {
        return false;
      }
      for (;;) {
        if (open.empty()) {
          return true;
        }
        skip_space();
        if (take(',')) {
          skip_space();
          if (open.back() == '{' && !name()) {
            return false;
          }
          break;
        }
        if (!take(closing(open.back()))) {
          return false;
        }
        open.pop_back();
      }
    }
  }
  static char closing(char opening) { return opening == '{' ? '}' : ']'; }
  bool name() { return string() && (skip_space(), take(':')); }
  bool scalar() {
    return peek() == '"' ? string() : word("true") || word("false") || word("null") || number();
  }
  bool string() {
    if (!take('"')) {
      return false;
    }
    while (!rest_.empty()) {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c == '"') {
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20 || (c == '\\' && !escape())) {
        return false;
      }
    }
    return false;
  }
  bool escape() {
    const char kind = peek();
    if (kind == '\0' || std::string_view("\"\\/bfnrtu").find(kind) == std::string_view::npos) {
      return false;
    }
    rest_.remove_prefix(1);
    if (kind != 'u') {
      return true;
    }
    const std::string_view digits = rest_.substr(0, 4);
    rest_.remove_prefix(digits.size());
    return digits.size() == 4 &&
           digits.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }
  bool number() {
    take('-');
    if (!take('0') && !digits()) {
      return false;
    }
    if (take('.') && !digits()) {
      return false;
    }
    if (take('e') || take('E')) {
      take('+') || take('-');
      return digits();
    }
    return true;
  }
  bool digits() {
    const std::size_t count = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool word(std::string_view text) {
    const bool there = rest_.starts_with(text);
    rest_.remove_prefix(there ? text.size() : 0);
    return there;
  }
  bool take(char c) {
    const bool there = !rest_.empty() && rest_.front() == c;
    rest_.remove_prefix(there ? 1 : 0);
    return there;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  void skip_space() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  std::string_view rest_;
  std::size_t depth_ = 0;
};

}  // namespace

JsonCheck check_json(std::string_view text) { return Checker(text).run(); }

}  // namespace penstock::test
