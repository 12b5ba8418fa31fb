#include "unit/simulator/simulator_fixture.hpp"

#include <openssl/evp.h>
#include <unistd.h>

namespace penstock::test {

std::string from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

SimulatorFixture::~SimulatorFixture() {
  simulator.reset();
  std::filesystem::remove_all(directory_);
}

std::filesystem::path SimulatorFixture::make_directory() {
  return std::filesystem::temp_directory_path() /
         ("penstock-sim-test-" + std::to_string(::getpid()));
}

void SimulatorFixture::start(simulator::Options options, std::string_view faults) {
  options.cert_dir = directory_;
  options.faults = simulator::parse_faults(faults).value();
  options.max_event = 256_KiB;
  simulator = std::make_unique<simulator::Simulator>(std::move(options));
  const Result<void> started = simulator->start();
  ASSERT_TRUE(started) << started.error().what;
}

simulator::Options SimulatorFixture::at_full_speed() {
  simulator::Options options;
  options.rate = std::nullopt;
  return options;
}

Call SimulatorFixture::request(std::string path) const {
  Call made;
  made.port = simulator->port();
  made.ca_file = simulator->ca_file();
  made.path = std::move(path);
  return made;
}

Reply SimulatorFixture::post(std::string path, std::string body) const {
  Call made = request(std::move(path));
  made.method = "POST";
  made.body = std::move(body);
  return call(made);
}

}  // namespace penstock::test
