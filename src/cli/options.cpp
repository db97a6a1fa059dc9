#include "cli/options.h"

#include <algorithm>
#include <boost/program_options.hpp>
#include <optional>

#include "cli/help.h"
#include "cli/parse_values.h"
#include "cli/roi_options.h"
#include "cli/suggest.h"

namespace boundscope {
namespace {

namespace po = boost::program_options;

Error usage(std::string message, std::string hint) {
  return {ErrorKind::usage, std::move(message), std::move(hint)};
}

std::optional<Command> command_named(const std::string& name) {
  if (name == "attach") return Command::attach;
  if (name == "record") return Command::record;
  if (name == "report") return Command::report;
  if (name == "doctor") return Command::doctor;
  if (name == "roi") return Command::roi;
  return std::nullopt;
}

Error unknown_command(const std::string& name) {
  if (name.starts_with("-"))
    return usage(
        "the first argument must be a command, not " + name,
        "for example: boundscope attach " + name + " ...; 'boundscope -h' lists the commands");
  const std::string meant = closest_to(name, {"attach", "record", "report", "doctor", "roi"});
  return usage("there is no command \"" + name + "\"", meant.empty()
                                                           ? "'boundscope -h' lists the commands"
                                                           : "did you mean '" + meant + "'?");
}

bool measures(Command command) { return command == Command::attach || command == Command::record; }

// Values stay text here: parse_values.h turns them into numbers and says what is wrong with them.
po::options_description described(Command command) {
  po::options_description all;
  const auto text = [] { return po::value<std::string>(); };
  all.add_options()("help,h", "")("verbose,v", "");
  if (measures(command)) {
    all.add_options()("pid,p", text())("port", text())("unit", text())("cgroup", text());
    all.add_options()("container", text())("comm", text());
    all.add_options()("duration,d", text())("frequency,F", text())("budget", text())("output,o",
                                                                                     text());
    all.add_options()("backend", text());
  }
  if (command == Command::attach || command == Command::report)
    all.add_options()("format", text())("profile", text())("to", text())("priors", text());
  if (command == Command::report) all.add_options()("input", text())("output,o", text());
  if (command == Command::roi) {
    all.add_options()("recordings", po::value<std::vector<std::string>>());
    all.add_options()("costs", text())("format", text())("output,o", text())("example", "");
    for (const std::string& name : cost_option_names()) all.add_options()(name.c_str(), text());
  }
  return all;
}

std::string suggestion(const std::string& option, const po::options_description& known) {
  std::vector<std::string> names;
  for (const auto& description : known.options()) names.push_back("--" + description->long_name());
  const std::string meant = closest_to(option, names);
  return meant.empty() ? "" : "did you mean '" + meant + "'?";
}

// The typed options as a map. The only place where Boost throws.
Result<po::variables_map> mapped(const std::vector<std::string>& arguments,
                                 const std::string& command, const po::options_description& known) {
  const std::string help = "'boundscope " + command + " -h' explains the options";
  try {
    po::positional_options_description positional;
    if (command == "report") positional.add("input", 1);
    if (command == "roi") positional.add("recordings", -1);
    po::variables_map map;
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(
        po::command_line_parser(arguments).options(known).positional(positional).style(style).run(),
        map);
    return map;
  } catch (const po::unknown_option& error) {
    const std::string meant = suggestion(error.get_option_name(), known);
    return usage("there is no option " + error.get_option_name(), meant.empty() ? help : meant);
  } catch (const po::multiple_occurrences& error) {
    return usage(error.get_option_name() + " is given twice", help);
  } catch (const po::too_many_positional_options_error&) {
    return usage("too many arguments", help);
  } catch (const po::error& error) {
    return usage(error.what(), help);
  }
}

// Exactly one way to name the target; the first error wins.
class TargetParser {
 public:
  TargetParser(const po::variables_map& map, const std::vector<std::string>& command) : map_(map) {
    take<std::vector<pid_t>>("pid", parse_pids,
                             [&](auto pids) { selector_.pids = std::move(pids); });
    take<std::uint16_t>("port", parse_port, [&](auto port) { selector_.port = port; });
    take<std::string>("unit", not_empty, [&](auto unit) { selector_.unit = std::move(unit); });
    take<std::string>("cgroup", not_empty, [&](auto path) { selector_.cgroup = std::move(path); });
    take<std::string>("container", not_empty, [&](auto id) { container_ = std::move(id); });
    take<std::string>("comm", parse_comm, [&](auto comm) { selector_.comm = std::move(comm); });
    if (!command.empty()) {
      given_.push_back("a command after --");
      selector_.command = command;
    }
  }

  const std::optional<std::string>& container() const { return container_; }

  Result<TargetSelector> selector() const {
    if (error_) return *error_;
    if (given_.empty())
      return usage("no target is given",
                   "name one: -p PID, --port N, --unit NAME, --container ID, --cgroup PATH, --comm "
                   "NAME or -- "
                   "COMMAND");
    if (given_.size() > 1)
      return usage("two targets are given: " + given_[0] + " and " + given_[1],
                   "name one; -p takes several processes: -p 17,18");
    return selector_;
  }

 private:
  static Result<std::string> not_empty(const std::string& text) {
    if (text.empty())
      return usage("a name is empty",
                   "give the name of the unit, the id of the container or the path of the cgroup");
    return text;
  }

  template <class T, class Set>
  void take(const char* option, Result<T> (*parse)(const std::string&), Set set) {
    if (error_ || map_.count(option) == 0) return;
    given_.push_back(std::string("--") + option);
    Result<T> value = parse(map_[option].as<std::string>());
    if (!value)
      error_ = value.error();
    else
      set(*std::move(value));
  }

  const po::variables_map& map_;
  TargetSelector selector_;
  std::optional<std::string> container_;
  std::vector<std::string> given_;
  std::optional<Error> error_;
};

// `value` of `option` into `number`, if it was given.
Result<> take_number(const po::variables_map& map, const std::string& option, double low,
                     double high, const std::string& unit, double& number) {
  if (map.count(option) == 0) return Done{};
  const Result<double> value =
      parse_number("--" + option, map[option].as<std::string>(), low, high, unit);
  if (!value) return value.error();
  number = *value;
  return Done{};
}

std::string text_of(const po::variables_map& map, const std::string& option) {
  return map.count(option) == 0 ? "" : map[option].as<std::string>();
}

Result<> take_measuring(const po::variables_map& map,
                        const std::vector<std::string>& command_to_run, Options& options) {
  const TargetParser parser(map, command_to_run);
  const Result<TargetSelector> target = parser.selector();
  if (!target) return target.error();
  options.target = *target;
  options.container = parser.container();

  double budget_percent = options.budget_share * 100;
  if (Result<> done = take_number(map, "duration", 1, 86400, " seconds", options.duration_s); !done)
    return done;
  if (Result<> done = take_number(map, "frequency", 1, 1000, " Hz", options.frequency_hz); !done)
    return done;
  if (Result<> done =
          take_number(map, "budget", 0.001, 100, " percent (100: no limit)", budget_percent);
      !done)
    return done;
  options.budget_share = budget_percent / 100;
  if (map.count("backend") != 0) {
    const Result<Backend> backend = parse_backend(text_of(map, "backend"));
    if (!backend) return backend.error();
    options.backend = *backend;
  }

  if (options.command == Command::record && options.output.empty())
    return usage("record needs a file to write to",
                 "add -o FILE; 'boundscope attach' answers without one");
  if (options.command == Command::attach && options.output == "-")
    return usage("stdout carries the answer and cannot carry the recording",
                 "give a file to -o, or use 'boundscope record'");
  return Done{};
}

Result<> take_format(const po::variables_map& map, Options& options) {
  if (map.count("format") != 0) {
    const Result<Format> format = parse_format(text_of(map, "format"));
    if (!format) return format.error();
    options.format = *format;
  }
  // Folded stacks cannot tell the two apart but by a frame; the others keep them apart.
  if (options.format == Format::folded) options.profile.off_cpu = false;
  if (map.count("profile") == 0) return Done{};
  if (!is_profile(options.format))
    return usage("--profile belongs to the formats folded, pprof and speedscope",
                 "for example: --format folded --profile off-cpu");
  const Result<ProfileKinds> profile = parse_profile(text_of(map, "profile"));
  if (!profile) return profile.error();
  options.profile = *profile;
  return Done{};
}

Result<> take_prediction(const po::variables_map& map, Options& options) {
  if (map.count("to") != 0) {
    const Result<std::vector<std::string>> languages = parse_names("--to", text_of(map, "to"));
    if (!languages) return languages.error();
    options.to = *languages;
  }
  options.priors = text_of(map, "priors");
  if (map.count("priors") != 0 && options.priors.empty())
    return usage("--priors names no file", "for example: --priors priors.tsv");
  if ((map.count("to") != 0 || map.count("priors") != 0) && is_profile(options.format))
    return usage("--to and --priors belong to the answer, and a profile is none",
                 "use --format text or json");
  return Done{};
}

Result<> take_return(const po::variables_map& map, Options& options) {
  if (map.count("recordings") != 0)
    options.roi.recordings = map["recordings"].as<std::vector<std::string>>();
  if (options.roi.recordings.empty())
    return usage(
        "roi needs a recording",
        "for example: boundscope roi --costs costs.ini api.rec; 'boundscope roi --example' "
        "prints a file of costs");
  if (is_profile(options.format))
    return usage("a return is no profile", "the formats are: text, json");
  options.roi.costs_file = text_of(map, "costs");
  std::vector<std::pair<std::string, std::string>> typed;
  for (const std::string& name : cost_option_names())
    if (map.count(name) != 0) typed.emplace_back(name, text_of(map, name));
  Result<CostFile> costs = typed_costs(typed);
  if (!costs) return costs.error();
  options.roi.typed = *std::move(costs);
  return Done{};
}

Result<Request> parse_command(Command command, const std::vector<std::string>& arguments) {
  // Everything after the first "--" is the command to run.
  const auto divider = std::find(arguments.begin() + 1, arguments.end(), "--");
  const std::vector<std::string> own(arguments.begin() + 1, divider);
  const bool has_divider = divider != arguments.end();
  const std::vector<std::string> command_to_run(has_divider ? divider + 1 : divider,
                                                arguments.end());

  const Result<po::variables_map> map = mapped(own, arguments[0], described(command));
  if (!map) return map.error();
  if (map->count("help") != 0) return Request(Printout{help_text(command)});
  if (map->count("example") != 0) return Request(Printout{cost_template()});

  Options options;
  options.command = command;
  options.verbose = map->count("verbose") != 0;
  options.output = text_of(*map, "output");
  options.input = text_of(*map, "input");
  if (map->count("output") != 0 && options.output.empty())
    return usage("--output names no file", "for example: -o FILE");
  if (const Result<> done = take_format(*map, options); !done) return done.error();
  if (const Result<> done = take_prediction(*map, options); !done) return done.error();
  if (measures(command)) {
    if (has_divider && command_to_run.empty())
      return usage("no command follows --", "for example: boundscope attach -- ./batch");
    if (const Result<> done = take_measuring(*map, command_to_run, options); !done)
      return done.error();
  } else if (has_divider) {
    return usage("-- belongs to attach and record",
                 "'boundscope " + arguments[0] + " -h' explains the options");
  }
  if (command == Command::roi) {
    if (const Result<> done = take_return(*map, options); !done) return done.error();
  }
  if (command == Command::report && options.input.empty())
    return usage("report needs a recording",
                 "for example: boundscope report api.rec, or - for stdin");
  return Request(options);
}

}  // namespace

Result<Request> parse_options(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return usage("no command is given", "'boundscope -h' lists the commands");
  const std::string& first = arguments[0];
  if (first == "-V" || first == "--version") return Request(Printout{version_text()});
  const bool help = first == "-h" || first == "--help" || first == "help";
  if (help && arguments.size() == 1) return Request(Printout{help_text()});

  const std::string& name = help ? arguments[1] : first;
  const std::optional<Command> command = command_named(name);
  if (!command) return unknown_command(name);
  if (help) return Request(Printout{help_text(*command)});
  return parse_command(*command, arguments);
}

}  // namespace boundscope
