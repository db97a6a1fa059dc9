#include "cli/help.h"

namespace boundscope {
namespace {

constexpr const char* kProgram =
    R"(boundscope: what bounds this running service, and could a rewrite help?

USAGE
    boundscope attach TARGET [options]    measure, then answer
    boundscope record TARGET -o FILE      measure only
    boundscope report FILE                answer from a recording
    boundscope roi FILE...                would a rewrite pay, and which first
    boundscope doctor                     what this host can measure

    boundscope COMMAND -h                 options and examples of a command
    boundscope -V                         version

EXAMPLES
    sudo boundscope attach --port 8080
    sudo boundscope record -p 1234 -d 60 -o api.rec
    boundscope report api.rec --format json

EXIT STATUS
    0  answered, whatever the verdict    1  failed    2  wrong usage
)";

constexpr const char* kTarget = R"(
TARGET (one of)
    -p, --pid PID[,PID...]  these processes and their descendants
        --port N            whoever listens on TCP port N, with all workers
        --unit NAME         a systemd unit
        --container ID      a container, or a Kubernetes pod by its uid; the
                            first digits do (Docker, containerd, Podman ...)
        --cgroup PATH       a control group
        --comm NAME         processes of this name, as 'ps -o comm' shows it
    -- COMMAND ARGS         start COMMAND, stop it afterwards at the latest; its
                            output goes to stderr, its input is empty
)";

constexpr const char* kMeasuring = R"(
OPTIONS
    -d, --duration S        seconds to measure, 1 to 86400 (default 30)
    -F, --frequency HZ      CPU samples a second, 1 to 1000 (default 99)
        --budget PERCENT    what event probes may cost, in percent of the
                            target's CPU time (default 1, but at least 0.5 % of
                            one CPU; 100: no limit)
        --backend BACKEND   bpf (default); kprobes: the same, with requests seen
                            by kprobes even where there are better probes; or
                            procfs: reads /proc, needs no BPF, and sees CPU and
                            rough waits but no requests
)";

constexpr const char* kAttach = R"(boundscope attach: measure a running service, then answer

USAGE
    boundscope attach TARGET [options]
)";

constexpr const char* kAttachOptions = R"(    -o, --output FILE       keep the recording as well
        --format FORMAT     text (default), json, or a profile instead of the
                            answer: folded, pprof, speedscope
        --profile KIND      on-cpu, off-cpu, both (default both; folded: on-cpu)
        --to LANG[,LANG]    languages to ask about a rewrite in (default: the
                            usual ones for the target's)
        --priors FILE       what is known about languages: cells in place of
                            those built in
    -v, --verbose           every row and caveat; which probes ran, on stderr
    -h, --help              this text

Ctrl-C ends the measurement early and still answers; a second one just leaves.

EXAMPLES
    sudo boundscope attach --port 8080             who answers on port 8080
    sudo boundscope attach -p $(pidof redis-server) -d 60
    sudo boundscope attach --unit nginx -o nginx.rec
    sudo boundscope attach --container 4f0c8e2ab1d3
    sudo boundscope attach --comm api --format json | jq .verdict
    sudo boundscope attach -- ./batch --input data.csv
    sudo boundscope attach --unit api --format speedscope > api.speedscope.json
)";

constexpr const char* kRecord =
    R"(boundscope record: measure a running service, answer later or elsewhere

USAGE
    boundscope record TARGET -o FILE [options]
)";

constexpr const char* kRecordOptions =
    R"(    -o, --output FILE       where the recording goes; - for stdout
    -v, --verbose           which probes ran, on stderr
    -h, --help              this text

The file grows by about a line a second and can be read even if the writer is
killed.

EXAMPLES
    sudo boundscope record --port 8080 -o api.rec
    sudo boundscope record --unit api -d 300 -o - | gzip > api.rec.gz
)";

constexpr const char* kReport = R"(boundscope report: answer from a recording; needs no privilege

USAGE
    boundscope report FILE [options]

OPTIONS
        --format FORMAT     text (default), json, or a profile instead of the
                            answer: folded, pprof, speedscope
        --profile KIND      on-cpu, off-cpu, both (default both; folded: on-cpu)
        --to LANG[,LANG]    languages to ask about a rewrite in (default: the
                            usual ones for the target's)
        --priors FILE       what is known about languages: cells in place of
                            those built in
    -o, --output FILE       write there, not to stdout
    -v, --verbose           every row and caveat
    -h, --help              this text

FILE is what 'record' or 'attach -o' wrote, on any machine; - reads stdin.

EXAMPLES
    boundscope report api.rec
    boundscope report api.rec --format json | jq -r .verdict.summary
    boundscope report api.rec --to rust,go
    zcat api.rec.gz | boundscope report -
    boundscope report api.rec --format pprof -o api.pb.gz
    boundscope report api.rec --format folded --profile off-cpu | flamegraph.pl
)";

constexpr const char* kReturn =
    R"(boundscope roi: would a rewrite pay, and what pays more?

USAGE
    boundscope roi [--costs COSTS] [options] FILE...
    boundscope roi --example > costs.ini     a file of costs to fill in

OPTIONS
        --costs COSTS       what it costs and what it is worth, as a file
        --KEY VALUE         the same, for all services: --team 3 --months 6..9
                            --salary 120k --language rust --cloud-bill 8k..10k
                            and every other key of the example but
                            weeks.ACTION
        --format FORMAT     text (default) or json
    -o, --output FILE       write there, not to stdout
    -v, --verbose           every option, part and input of every service
    -h, --help              this text

FILE is what 'record' or 'attach -o' wrote, one for each service; - reads stdin.
A value is a number or a range, 6..9; answers are ranges, too.

EXAMPLES
    boundscope roi --team 3 --months 6..9 --salary 120k --cloud-bill 9k api.rec
    boundscope roi --costs costs.ini trading.rec fraud.rec payments.rec
    boundscope roi --costs costs.ini --format json api.rec | jq .services
)";

constexpr const char* kDoctor =
    R"(boundscope doctor: what this host can measure, and what closes the gaps

USAGE
    boundscope doctor [-h]

EXAMPLES
    boundscope doctor                what this user can measure
    sudo boundscope doctor           what root can measure
)";

}  // namespace

std::string help_text() { return kProgram; }

std::string help_text(Command command) {
  switch (command) {
    case Command::attach:
      return std::string(kAttach) + kTarget + kMeasuring + kAttachOptions;
    case Command::record:
      return std::string(kRecord) + kTarget + kMeasuring + kRecordOptions;
    case Command::report:
      return kReport;
    case Command::roi:
      return kReturn;
    case Command::doctor:
      return kDoctor;
  }
  return kProgram;
}

std::string version_text() { return "boundscope " BOUNDSCOPE_VERSION "\n"; }

}  // namespace boundscope
