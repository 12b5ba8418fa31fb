#include "app/source_filter.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "penstock/core/text.hpp"

namespace penstock::app {
namespace {

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blanks = " \t\r";
  line = line.substr(0, line.find('#'));
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  return line.substr(0, line.find_last_not_of(blanks) + 1);
}

Result<void> read_networks(const std::string& path, NetworkSet& networks) {
  std::ifstream file(path);
  if (!file) {
    return make_error(Errc::io, "can't read " + path + ": " + std::strerror(errno));
  }
  std::uint64_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    const std::string_view network = trimmed(line);
    if (!network.empty() && !networks.add(network)) {
      return make_error(Errc::invalid_configuration, path + ":" + std::to_string(number) +
                                                         ": no network: " + printable(network) +
                                                         "; it must look like 192.0.2.0/24");
    }
  }
  if (file.bad()) {
    return make_error(Errc::io, "can't read " + path + ": " + std::strerror(errno));
  }
  return {};
}

}  // namespace

Result<Filter> make_filter(const settings::Source& source) {
  const settings::Filter& filter = source.filter;
  NetworkSet networks;
  for (const std::string& network : filter.networks) {
    if (!networks.add(network)) {
      return make_error(
          Errc::invalid_configuration,
          "sources." + source.name.str() + ".filter.networks: no network: " + printable(network));
    }
  }
  if (filter.networks_file) {
    if (auto read = read_networks(filter.networks_file->string(), networks); !read) {
      return read.error();
    }
    if (networks.empty()) {
      return make_error(
          Errc::invalid_configuration,
          filter.networks_file->string() + " holds no network: everything would be published");
    }
  }
  networks.finish();
  return Filter(filter.types, filter.countries, std::move(networks));
}

}  // namespace penstock::app
