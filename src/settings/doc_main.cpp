// Prints docs/configuration.md. The target `configuration_doc` writes it to its place.
#include <iostream>

#include "settings/markdown.hpp"

int main() { std::cout << penstock::settings::configuration_markdown() << std::flush; }
