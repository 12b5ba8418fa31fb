#include "cli/images_command.hpp"

#include <iostream>

#include "cli/exit_status.hpp"
#include "cli/json_values.hpp"
#include "cli/text_table.hpp"
#include "cli/usage_error.hpp"
#include "penstock/core/option_numbers.hpp"
#include "penstock/core/text.hpp"
#include "penstock/remote/target.hpp"

namespace penstock::cli {
namespace {

using What = app::ImagesWanted::What;

constexpr std::size_t longest_id = 78;
constexpr std::size_t longest_note = 300;

int run_images(const ImagesOptions& options) {
  return with_settings(
      api_inputs_of(options.configuration), [&](const auto& loaded, const auto& inputs) {
        JsonValues values(std::cout, options.output);
        const auto answer = app::fetch_images(loaded, inputs, options.wanted,
                                              [&](const remote::ImageRecord& image) {
                                                if (options.output == Output::table) {
                                                  std::cout << image_lines(app::image_row(image));
                                                } else {
                                                  values.add(image.json);
                                                }
                                              });
        values.end();
        if (!answer) {
          return fail(answer.error());
        }
        std::cerr << counted(answer->records, "image");
        if (options.wanted.download) {
          std::cerr << "; " << counted(answer->downloaded, "file") << " written to "
                    << printable(options.wanted.download->string());
          if (answer->there > 0) {
            std::cerr << ", " << answer->there << " were there";
          }
          if (answer->failed > 0) {
            std::cerr << ", " << answer->failed << " failed";
          }
        }
        std::cerr << '\n';
        return answer->failed == 0 ? exit_done : exit_failed;
      });
}

std::string check_page(std::string text) {
  const std::string wrong = text == "all" ? "" : settle_whole(text, 1);
  return wrong.empty() ? "" : wrong + ", or all";
}

std::string check_network(const std::string& text) {
  const auto kind = remote::target_kind(text);
  return kind && *kind != remote::TargetKind::name
             ? ""
             : "`" + printable(text) + "` is no address, network or range";
}

std::string check_ports(const std::string& text) {
  return remote::is_port_list(text) && text.find(',') == std::string::npos
             ? ""
             : "`" + printable(text) + "` is no port, nor a range such as 5900-5910";
}

void add_paging(CLI::App& command, ImagesOptions& options) {
  command.add_option("--page", options.page, "From 1; all: one page after another")
      ->type_name("N|all")
      ->check(check_page, "");
  command.add_option("--pagesize", options.wanted.paging.page_size, "Images of one page")
      ->type_name("N")
      ->transform(whole_from(1));
}

void add_filter(CLI::App& command, remote::ImageFilter& filter) {
  std::vector<CLI::Option*> filters;
  const auto option = [&](const char* name, std::string& value, const char* type,
                          const char* help) {
    return filters.emplace_back(command.add_option(name, value, help)->type_name(type));
  };
  option("--ip", filter.ip, "TARGET", "An address, network or range")->check(check_network, "");
  option("--port", filter.port, "PORT", "Or a range: 5900-5910")->check(check_ports, "");
  option("--country", filter.country, "COUNTRY", "Two letters");
  option("--tag", filter.tag, "TAG", "Such as vnc, has_faces, mobile");
  option("--word", filter.word, "WORD", "That was read in it");
  option("--from", filter.from, "DATE", "Taken then or later: 2015-01-31");
  option("--to", filter.to, "DATE", "Taken then or before");
  CLI::Option* const similar =
      command.add_option("--similar", filter.similar, "What looks like this image, in its place")
          ->type_name("ID");
  for (CLI::Option* each : filters) {
    similar->excludes(each);
  }
}

// The options' text as what is wanted.
void settle(ImagesOptions& options) {
  options.wanted.all_pages = options.page == "all";
  if (!options.page.empty() && !options.wanted.all_pages) {
    options.wanted.paging.page = *parse_whole(options.page);
  }
  if (!options.download.empty()) {
    options.wanted.download = options.download;
  }
}

}  // namespace

std::vector<Command> add_images(CLI::App& parser, ImagesOptions& options) {
  CLI::App* const parent =
      parser.add_subcommand("images", "Find and download screenshots of remote desktops");
  parent->require_subcommand(1);
  parent->footer("Example: penstock images search --country BE --tag vnc --download shots");
  std::vector<Command> commands;
  const auto add = [&](const char* name, What what, const char* help, const char* example) {
    CLI::App* const command = parent->add_subcommand(name, help);
    command->footer(std::string("Example: penstock images ") + example);
    if (what == What::latest || what == What::search) {
      add_paging(*command, options);
    } else {
      command
          ->add_option(what == What::one ? "id" : "ip", options.wanted.subject,
                       what == What::one ? "The image" : "The address")
          ->type_name(what == What::one ? "ID" : "IP")
          ->required();
      command->add_flag("--ocr", options.wanted.ocr, "With the words that were read in it");
    }
    command
        ->add_option("--download", options.download,
                     "Write pictures and thumbnails there; files that are there stay")
        ->type_name("DIR");
    add_output(*command, options.output);
    add_configuration(*command, options.configuration);
    commands.push_back({command, [&options, what] {
                          settle(options);
                          options.wanted.what = what;
                          return run_images(options);
                        }});
    return command;
  };
  add("latest", What::latest, "The latest of all", "latest --pagesize 20");
  CLI::App* const ip = add("ip", What::of_ip, "Those of one address", "ip 192.0.2.7 --ocr");
  ip->get_option("ip")->check(
      [](const std::string& text) {
        return remote::target_kind(text) == remote::TargetKind::address
                   ? std::string()
                   : "`" + printable(text) + "` is no address";
      },
      "");
  add("get", What::one, "One of them, by its id", "get 993cad4bb78fc0fa3e8f5f1d --download .");
  add_filter(*add("search", What::search, "Those that match, or look alike",
                  "search --port 5900-5910 --word login --page all"),
             options.wanted.filter);
  return commands;
}

std::string image_lines(const app::ImageRow& row) {
  std::string out = printable(row.id.empty() ? "?" : row.id, longest_id) + "\n";
  std::string note = row.ip.find(':') == std::string::npos ? row.ip : "[" + row.ip + "]";
  note += row.port.empty() ? "" : ":" + row.port;
  for (const std::string* part : {&row.country, &row.taken_at, &row.tags}) {
    note += (note.empty() || part->empty() ? "" : ", ") + *part;
  }
  append_wrapped(out, printable(note, longest_note));
  return out;
}

}  // namespace penstock::cli
