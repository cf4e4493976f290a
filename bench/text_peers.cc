#include "bench/text_peers.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "bench/made_up.h"
#include "bench/measure.h"
#include "bench/peer_process.h"
#include "freshet/base/failure.h"
#include "freshet/cli/plain_text.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

constexpr double kSameLoss = 5e-5;

enum class Kind : uint8_t {
  same_model,  // losses agree to four digits, else there is no ratio
  lower_loss,  // another model: its loss must be lower
  from_cache   // the same, each from its own binary form
};

struct Job {
  std::string_view name, shape;
  uint64_t examples;
  std::string_view spec, threads;  // ours
  std::string_view vw;
  Kind kind;
  double target;                 // 0: none is set
  bool has_large_table = false;  // each run follows one of its own that isn't counted
};

constexpr std::string_view kLogistic = "--loss_function logistic";
constexpr Job kJobs[] = {
    {"clicks, 2^18", "clicks", 500'000, "vw(loss=logistic)", "1", "-b 18", Kind::same_model, 3.5},
    {"clicks, 2^22", "clicks", 500'000, "vw(loss=logistic, bits=22)", "1", "-b 22",
     Kind::same_model, 0},
    {"clicks, 2^24", "clicks", 500'000, "vw(loss=logistic, bits=24)", "1", "-b 24",
     Kind::same_model, 2.5, true},
    {"clicks, 2^18, reader and trainer on two threads, wall", "clicks", 500'000,
     "vw(loss=logistic)", "2", "-b 18", Kind::same_model, 5},
    {"RCV1-like, 2^18", "rcv", 200'000, "vw(loss=logistic)", "1", "-b 18", Kind::same_model, 2.4},
    {"words only, 2^18", "words", 300'000, "vw(loss=logistic)", "1", "-b 18", Kind::same_model, 3},
    {"clicks, 2^18, each from its cache", "clicks", 500'000, "vw(loss=logistic)", "1", "-b 18",
     Kind::from_cache, 2},
    {"clicks, ftrl, 2^18", "clicks", 500'000, "ftrl(alpha=.5)", "1",
     "-b 18 --ftrl --ftrl_alpha 0.5 --ftrl_beta 1", Kind::same_model, 3},
    {"pairs, fm(factors=8) against --lrq ab4", "pairs", 200'000, "fm(factors=8)", "1",
     "-b 18 --lrq ab4", Kind::lower_loss, 10},
    {"pairs, interactions ab, 2^18", "pairs", 200'000, "vw(loss=logistic, interactions=\"ab\")",
     "1", "-b 18 -q ab", Kind::same_model, 1.5},
    {"pairs, interactions ab, 2^24", "pairs", 200'000,
     "vw(loss=logistic, interactions=\"ab\", bits=24)", "1", "-b 24 -q ab", Kind::same_model, 2,
     true},
};

// A folder of texts, gone with it.
class Texts {
 public:
  explicit Texts(const BenchSettings& settings)
      : folder_(settings.folder + "/freshet_bench_" + std::to_string(getpid())),
        examples_(settings.examples) {
    std::filesystem::create_directories(folder_);
  }
  ~Texts() {
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  Texts(const Texts&) = delete;
  Texts& operator=(const Texts&) = delete;

  /// The made-up text of that shape, made when first asked for.
  Result<std::string> path(std::string_view shape, uint64_t examples) noexcept {
    const std::string name = folder_ + "/" + std::string(shape) + ".vw";
    if (std::filesystem::exists(name)) return name;
    const std::unique_ptr<RowMaker> maker = made_up_text(shape);
    std::ofstream file(name, std::ios::binary);
    std::string text;
    const uint64_t rows = examples_ == 0 ? examples : std::min(examples, examples_);
    for (uint64_t row = 0; row < rows; ++row) {
      maker->write(row, text);
      if (text.size() < 65536) continue;
      file << text;
      text.clear();
    }
    file << text;
    file.close();
    if (!file)
      return failure(Code::unavailable,
                     "bench: " + name + " can't be written (--folder names another place)");
    return name;
  }
  std::string file(const char* name) const { return folder_ + "/" + name; }

 private:
  const std::string folder_;
  const uint64_t examples_;
};

std::string in_quotes(std::string_view text) {
  return "\"" + std::string(text) + "\"";
}

// {"args": ["-d", ...], "core": 1}
std::string vw_request(std::string_view args, const std::string& path, int core) {
  std::string request = "{\"args\": [\"-d\", " + in_quotes(path);
  std::string all = std::string(kLogistic) + " " + std::string(args);
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find(' ', at), all.size());
    request += ", " + in_quotes(all.substr(at, end - at));
    at = end + 1;
  }
  return request + "], \"onethread\": true, \"core\": " + std::to_string(core) + "}";
}

struct Pair {
  std::vector<double> ours, theirs, ratios;
  TimedRun our_last, their_last;
};

// How the runs of a job are counted.
struct Counting {
  bool by_wall = false;
  // A run that isn't counted comes right before each that is: who touches a large table after another program has let go of
  // its own pays for pages that the machine has taken back meanwhile, a virtual one most of all.
  bool is_twice = false;
};

// One run of each, not counted; then rounds, A B and B A in turn.
template <class Ours, class Theirs>
Status compare(uint32_t rounds, Counting how, Ours&& ours, Theirs&& theirs, Pair& pair) noexcept {
  const bool by_wall = how.by_wall;
  for (uint32_t round = 0; round <= rounds; ++round) {
    for (const bool is_first : {true, false}) {
      if (is_first == (round % 2 == 0)) {
        if (how.is_twice) FRESHET_TRY(ours().status());
        FRESHET_TRY_ASSIGN(pair.our_last, ours());
      } else {
        if (how.is_twice) FRESHET_TRY(theirs().status());
        FRESHET_TRY_ASSIGN(pair.their_last, theirs());
      }
    }
    if (round == 0) continue;
    pair.ours.push_back(by_wall ? pair.our_last.wall : pair.our_last.cpu);
    pair.theirs.push_back(by_wall ? pair.their_last.wall : pair.their_last.cpu);
    pair.ratios.push_back(pair.theirs.back() / pair.ours.back());
  }
  return {};
}

std::string times(const Pair& pair, std::string_view peer, bool by_wall) {
  return std::string(by_wall ? "wall " : "CPU ") + human(median(pair.ours), 3) + " s, " +
         std::string(peer) + " " + human(median(pair.theirs), 3) + " s";
}

// The progressive loss that both programs mean: of `vw` its own, of others the mean log loss.
double our_loss(const TimedRun& run) noexcept {
  return std::isnan(run.loss) ? run.log_loss : run.loss;
}

Figure figure_of(const Job& job, const Pair& pair, bool by_wall) {
  const double loss = our_loss(pair.our_last), their_loss = pair.their_last.loss;
  Figure figure{std::string(job.name), median(pair.ratios), "x"};
  figure.note =
      times(pair, "VW", by_wall) + "; loss " + human(loss, 6) + ", VW " + human(their_loss, 6);
  if (job.target != 0) figure.gate = job.target;
  const bool is_fair =
      job.kind == Kind::lower_loss ? loss < their_loss : std::fabs(loss - their_loss) < kSameLoss;
  if (is_fair) return figure;
  figure.value = NAN;  // faster at something else is no figure
  figure.note +=
      job.kind == Kind::lower_loss ? ": not lower, no ratio" : ": not the same model, no ratio";
  return figure;
}

Status run_job(const Job& job, const BenchSettings& settings, Texts& texts, PeerProcess& vw,
               std::vector<Figure>& figures) noexcept {
  notice(Level::info, "bench: " + std::string(job.name));
  FRESHET_TRY_ASSIGN(const std::string path, texts.path(job.shape, job.examples));
  const bool by_wall = job.threads != "1";
  const int core = by_wall ? -1 : benchmark_core();
  std::vector<std::string> args{"eval",      std::string(job.spec),
                                "-d",        path,
                                "--json",    "-q",
                                "--metrics", "log_loss",
                                "--window",  "0",
                                "--fading",  "0",
                                "--threads", std::string(job.threads)};
  std::string vw_args(job.vw);
  // `vw` reports its loss by itself, as VW does; of others the metric is the loss.
  if (job.spec.starts_with("vw(")) *(std::find(args.begin(), args.end(), "--metrics") + 1) = "none";
  if (job.kind == Kind::from_cache) {
    args.insert(args.end(), {"--cache", texts.file("ours.frb")});
    vw_args += " --cache_file " + texts.file("vw.cache");
  }
  Pair pair;
  const Status status = compare(
      settings.rounds, {by_wall, job.has_large_table}, [&] { return run_self(args, core); },
      [&] { return vw.ask(vw_request(vw_args, path, core)); }, pair);
  if (!status.ok()) {  // the others may go on
    Figure figure{std::string(job.name), NAN, "x"};
    figure.note = status.text();
    figures.push_back(std::move(figure));
    return {};
  }
  figures.push_back(figure_of(job, pair, by_wall));
  return {};
}

Status bench_vw(const BenchSettings& settings, PeerProcess& vw,
                std::vector<Figure>& figures) noexcept {
  Texts texts(settings);
  for (const Job& job : kJobs)
    FRESHET_TRY(run_job(job, settings, texts, vw, figures));
  figures.back().note += "; " + vw.version();
  return {};
}

// Elec2 from CSV, ours with reading; theirs from rows that are in memory already.
Status bench_elec2(const BenchSettings& settings, PeerProcess& peer, std::string_view name,
                   double target, std::vector<Figure>& figures) noexcept {
  if (settings.data.empty()) {
    notice(Level::info, "bench: elec2.csv of the public streams is not there: --data FOLDER");
    return {};
  }
  notice(Level::info, "bench: elec2 beside " + peer.version());
  const std::string path = settings.data + "/streams/elec2.csv";
  const int core = benchmark_core();
  const std::vector<std::string> args{
      "eval",      "scale | logistic(optimizer=sgd, learning_rate=0.005)",
      "-d",        path,
      "--json",    "-q",
      "--metrics", "accuracy",
      "--window",  "0",
      "--fading",  "0"};
  const std::string request =
      "{\"data\": " + in_quotes(path) + ", \"core\": " + std::to_string(core) + "}";
  Pair pair;
  FRESHET_TRY(compare(
      settings.rounds, {}, [&] { return run_self(args, core); }, [&] { return peer.ask(request); },
      pair));
  Figure figure{"elec2, scale | logistic from CSV, against " + std::string(name) + " from memory",
                median(pair.ratios), "x"};
  if (target != 0) figure.gate = target;
  figure.note = times(pair, name, false) + "; accuracy " + human(pair.our_last.accuracy, 4) + ", " +
                std::string(name) + " " + human(pair.their_last.accuracy, 4) + "; " +
                peer.version();
  figures.push_back(std::move(figure));
  return {};
}

struct Peer {
  std::string_view name, script;
};
constexpr Peer kPeers[] = {
    {"vw", "vw_text.py"}, {"river", "river_elec2.py"}, {"sklearn", "sklearn_elec2.py"}};

Status run_peer(const Peer& peer, const BenchSettings& settings, PeerProcess& process,
                std::vector<Figure>& figures) noexcept {
  if (peer.name == "vw") return bench_vw(settings, process, figures);
  const bool is_river = peer.name == "river";
  return bench_elec2(settings, process, is_river ? "River" : "scikit-learn", is_river ? 30 : 0,
                     figures);
}

}  // namespace

Status bench_text_peers(const BenchSettings& settings, std::vector<Figure>& figures) noexcept {
  const auto asked = [&](std::string_view name) {
    return std::find(settings.vs.begin(), settings.vs.end(), name) != settings.vs.end();
  };
  for (const std::string& name : settings.vs) {
    const bool is_known =
        name == "none" || std::any_of(std::begin(kPeers), std::end(kPeers),
                                      [&](const Peer& peer) { return peer.name == name; });
    if (!is_known)
      return failure(Code::invalid_argument,
                     "bench: no peer \"" + name + "\"; there are vw, river, sklearn, none");
  }
  for (const Peer& peer : kPeers) {
    if (!settings.vs.empty() && !asked(peer.name)) continue;
    auto process = PeerProcess::start(settings.peers, std::string(peer.script));
    if (!process.ok() && asked(peer.name)) return std::move(process).status();
    if (!process.ok()) {
      notice(Level::info, std::string(process.status().text()));
      continue;
    }
    FRESHET_TRY(run_peer(peer, settings, **process, figures));
  }
  return {};
}

}  // namespace freshet
