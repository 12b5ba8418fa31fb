#include "remote/address_choice.hpp"

#include <algorithm>

namespace penstock::remote {
namespace {

// Another address may do better.
bool is_failure(const Outcome& what) {
  const auto* answer = std::get_if<outcome::Answered>(&what);
  return answer == nullptr || answer->status / 100 > 4;
}

}  // namespace

std::vector<AddressChoice::Address> AddressChoice::ordered(const std::string& authority,
                                                           std::vector<Address> found) const {
  if (const auto last = last_.find(authority); last != last_.end()) {
    auto first = std::ranges::find(found, last->second.address);
    if (first != found.end() && !last->second.served) {
      ++first;
    }
    std::ranges::rotate(found, first);
  }
  return found;
}

void AddressChoice::tried(const std::string& authority, const Address& address,
                          const Outcome& what) {
  const bool served = !is_failure(what);
  if (!last_.contains(authority)) {
    if (served) {
      return;
    }
    if (last_.size() == hosts_kept) {
      last_.clear();
    }
  }
  last_[authority] = {address, served};
}

}  // namespace penstock::remote
