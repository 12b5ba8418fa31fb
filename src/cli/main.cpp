#include "cli/run.hpp"

int main(int argc, char** argv) { return penstock::cli::run(argc, argv); }
