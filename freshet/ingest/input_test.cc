#include "freshet/ingest/input.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>
#include <pthread.h>
#include <unistd.h>

#include "freshet/format/blocks.h"
#include "freshet/log/decompressor.h"
#include "freshet/log/local/test_folder.h"
#include "tests/support/data.h"

namespace freshet {
namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Outcome {
  uint64_t rows = 0;
  std::vector<float> labels;
  std::string error, bad;
};

Outcome read_all(const std::string& data, InputOptions options = {}, ReaderOptions reading = {}) {
  Schema schema;
  Outcome outcome;
  options.data = data;
  Result<std::unique_ptr<Input>> input = Input::open(options, reading, schema);
  if (!input.ok()) {
    outcome.error = input.status().text();
    return outcome;
  }
  ExampleBlock block;
  while (true) {
    const Result<bool> more = (*input)->next(block);
    if (!more.ok()) {
      outcome.error = more.status().text();
      break;
    }
    if (!*more) break;
    outcome.rows += block.size();
    for (uint32_t k = 0; k < block.size(); ++k)
      for (const float label : block[k].label)
        outcome.labels.push_back(label);
  }
  outcome.bad = (*input)->bad_lines().summary();
  return outcome;
}

InputOptions skipping() {
  InputOptions options;
  options.skip_bad_lines = true;
  return options;
}

// True, after looking at the error, in a build without zlib.
bool is_without_gzip() {
  if (make_gunzip().ok()) return false;
  CHECK(read_all(bundled_data("phishing.csv.gz")).error.find("built without zlib") !=
        std::string::npos);
  return true;
}

}  // namespace

TEST_CASE("input: the bundled stream, compressed, has 1,250 rows") {
  if (is_without_gzip()) return;
  const Outcome outcome = read_all(bundled_data("phishing.csv.gz"));
  CHECK(outcome.error == "");
  CHECK(outcome.rows == 1250);
}

TEST_CASE("input: gzip is told by its bytes; members one behind another are one text") {
  if (is_without_gzip()) return;
  const TestFolder folder;
  const std::string gz = bytes_of(bundled_data("phishing.csv.gz"));
  ReaderOptions words;
  words.label = Target::one_class;
  const Outcome outcome = read_all(folder.file("two.csv", gz + gz), skipping(), words);
  // The second header is a row of words where numbers should be.
  CHECK(outcome.rows == 2500);
  CHECK(outcome.bad == "1 bad line skipped: 1 number");
}

TEST_CASE("input: a file that is cut off gives its whole lines and an error with its place") {
  if (is_without_gzip()) return;
  const TestFolder folder;
  const std::string gz = bytes_of(bundled_data("phishing.csv.gz"));
  const Outcome outcome = read_all(folder.file("cut.csv.gz", gz.substr(0, 2000)));
  CHECK(outcome.rows > 100);
  CHECK(outcome.error.find("gzip: the data is cut off at byte 2000 of the compressed file; the "
                           "last whole line is ") != std::string::npos);
  std::string flipped = gz;
  flipped[1500] = static_cast<char>(flipped[1500] ^ 0x55);
  CHECK(read_all(folder.file("bad.csv.gz", flipped)).error != "");
  CHECK(
      read_all(folder.file("tail.csv.gz", gz + "more")).error.find("gzip: damaged data at byte") !=
      std::string::npos);
}

// Frames whose blocks are not compressed, so that this test needs no library.
std::string zstd_frame(const std::string& text) {
  std::string bytes("\x28\xb5\x2f\xfd\0\x38", 6);  // no sizes, no checksum, a window of 128 KiB
  const auto header = static_cast<uint32_t>(text.size() << 3 | 1);
  for (int k = 0; k < 3; ++k)
    bytes += static_cast<char>(header >> 8 * k);
  return bytes + text;
}
std::string lz4_frame(const std::string& text) {
  std::string bytes("\x04\x22\x4d\x18\x60\x40\x82", 7);  // blocks of 64 KiB, no checksums
  const auto size = static_cast<uint32_t>(text.size() | 0x80000000);
  for (int k = 0; k < 4; ++k)
    bytes += static_cast<char>(size >> 8 * k);
  return bytes + text + std::string(4, '\0');
}
const std::string kSkippable("\x50\x2a\x4d\x18\x03\0\0\0abc", 11);

TEST_CASE("input: zstd and lz4 are told by their bytes; frames are one text, skippable ones none") {
  const TestFolder folder;
  const std::string one = "a,y\n1,2\n3,", two = "4\n5,6\n";
  if (!make_unlz4().ok()) {
    CHECK(read_all(folder.file("z", zstd_frame(one))).error.find("built without zstd") !=
          std::string::npos);
    CHECK(read_all(folder.file("l", lz4_frame(one))).error.find("built without lz4") !=
          std::string::npos);
    return;
  }
  const std::vector<float> labels{2, 4, 6};
  CHECK(read_all(folder.file("z", zstd_frame(one) + kSkippable + zstd_frame(two))).labels ==
        labels);
  CHECK(read_all(folder.file("s.csv", kSkippable + zstd_frame(one + two))).labels == labels);
  CHECK(read_all(folder.file("l.gz", lz4_frame(one) + kSkippable + lz4_frame(two))).labels ==
        labels);
  for (const std::string& whole : {zstd_frame(one + two), lz4_frame(one + two)}) {
    const std::size_t size = whole.find("3,4") + 3;
    const Outcome cut = read_all(folder.file("cut", whole.substr(0, size)));
    CHECK(cut.labels.size() <= 1);  // 3,4 is cut off, though it would parse
    CHECK(cut.error.find("the data is cut off at byte " + std::to_string(size) +
                         " of the compressed file; the last whole line is ") != std::string::npos);
    const Outcome more = read_all(folder.file("more", whole + "and more"));
    CHECK(more.error.find("damaged data at byte") != std::string::npos);
  }
}

TEST_CASE("input: a bomb is read in bounded memory, its line is too long") {
  if (!make_unzstd(kFileWindow).ok()) return;
  const TestFolder folder;
  std::string bomb("\x28\xb5\x2f\xfd\0\x38", 6);
  for (int k = 0; k < 400; ++k)  // 128 KiB of blanks each
    bomb.append({static_cast<char>((131072 << 3 | 2) & 0xff),
                 static_cast<char>((131072 << 3) >> 8 & 0xff),
                 static_cast<char>((131072 << 3) >> 16), ' '});
  bomb += std::string("\x21\0\0\n1,2", 7);  // the last block: 4 bytes as they are
  InputOptions options = skipping();
  options.max_line = 1 << 20;
  options.format = "csv";
  const Outcome outcome = read_all(folder.file("bomb", "" + bomb), options);
  CHECK(outcome.error.find("longer than 1 MiB") != std::string::npos);
  options.format = "sparse";
  CHECK(read_all(folder.file("bomb", bomb), options).bad == "2 bad lines skipped: 1 bar, 1 long");
}

TEST_CASE("input: a window larger than allowed is refused with the option that allows it") {
  if (!make_unzstd(kFileWindow).ok()) return;
  const TestFolder folder;
  std::string wide = zstd_frame("a,y\n1,2\n");
  wide[5] = static_cast<char>(18 << 3);  // 2^28 bytes
  InputOptions options;
  const std::string path = folder.file("wide", wide);
  CHECK(read_all(path, options).error.find("--max-window") != std::string::npos);
  options.max_window = uint64_t{1} << 28;
  CHECK(read_all(path, options).labels == std::vector<float>{2});
}

TEST_CASE("input: the first bad line stops with its place and what to do") {
  const TestFolder folder;
  const std::string rows = "a,price,y\n1,2,0\n1,n/a,1\n";
  const std::string path = folder.file("x.csv", rows);
  CHECK(read_all(path).error == path +
                                    ":3:3: expected a number for \"price\", found \"n/a\" (use "
                                    "--missing n/a, or --on-bad-line skip)");
  ReaderOptions missing;
  missing.missing = {"n/a"};
  CHECK(read_all(path, {}, missing).rows == 2);
  CHECK(read_all(folder.file("y.csv", "a,y\n1\n")).error ==
        folder.path() +
            "/y.csv:2:1: expected 2 fields, found 1 (use --on-bad-line skip to leave such lines "
            "out)");
}

TEST_CASE(
    "input: skipped lines are counted by reason; a hundred before any good one are another "
    "format") {
  const TestFolder folder;
  const Outcome some = read_all(
      folder.file("s.txt", "1 | 0:1\nx | 0:1\n1 | 0:z\n2 | 0:2\n1 | 0:1 0:2\n"), skipping());
  CHECK(some.rows == 2);
  CHECK(some.bad == "3 bad lines skipped: 1 number, 1 label, 1 duplicate");
  std::string hopeless;
  for (int k = 0; k < 200; ++k)
    hopeless += "x | 0:1\n";
  InputOptions sparse = skipping();
  sparse.format = "sparse";
  CHECK(read_all(folder.file("h.txt", hopeless), sparse)
            .error.find("the first 100 lines are all bad") != std::string::npos);
}

TEST_CASE("input: a byte order mark is dropped, CRLF is a line end, a last line may be open") {
  const TestFolder folder;
  const Outcome outcome = read_all(folder.file("b.csv",
                                               "\xef\xbb\xbf"
                                               "a,y\r\n1,2\r\n3,4"));
  CHECK(outcome.error == "");
  CHECK(outcome.labels == std::vector<float>{2, 4});
}

TEST_CASE("input: a glob is one stream, sorted by name; columns may stand in another order") {
  const TestFolder folder;
  folder.file("part-2.csv", "y,a\n3,1\n");
  folder.file("part-1.csv", "a,y\n1,1\n2,2\n");
  ReaderOptions target;
  target.target = "y";
  const Outcome outcome = read_all(folder.path() + "/part-*.csv", {}, target);
  CHECK(outcome.error == "");
  CHECK(outcome.labels == std::vector<float>{1, 2, 3});
  CHECK(read_all(folder.path() + "/none-*").error == folder.path() + "/none-*: no file matches");
}

TEST_CASE("input: what can't be read says why") {
  const TestFolder folder;
  CHECK(read_all(folder.path() + "/no.csv").error ==
        folder.path() + "/no.csv: can't be opened: No such file or directory");
  CHECK(read_all(folder.path()).error.find("is a folder") != std::string::npos);
  CHECK(read_all("https://host/x.csv").error.find("curl") != std::string::npos);
  CHECK(read_all(folder.file("z", "BZh9....")).error.find("bzip2 -dc") != std::string::npos);
  CHECK(read_all(folder.file("q", "hello world\n")).error.find("(tried: jsonl, ") !=
        std::string::npos);
  InputOptions wrong;
  wrong.format = "cvs";
  CHECK(read_all(folder.file("w", "a,b\n"), wrong).error == "no format \"cvs\"; did you mean csv?");
}

TEST_CASE("input: nothing in it is no error") {
  const TestFolder folder;
  const Outcome outcome = read_all(folder.file("empty", ""));
  CHECK(outcome.error == "");
  CHECK(outcome.rows == 0);
}

TEST_CASE("input: a line longer than the limit is an error, or thrown away unkept") {
  const TestFolder folder;
  InputOptions options = skipping();
  options.max_line = 300'000;
  const std::string path =
      folder.file("long.txt", "1 | 0:1\n2 | " + std::string(900'000, ' ') + "0:1\n3 | 0:1\n");
  const Outcome outcome = read_all(path, options);
  CHECK(outcome.labels == std::vector<float>{1, 3});
  CHECK(outcome.bad == "1 bad line skipped: 1 long");
  options.skip_bad_lines = false;
  CHECK(read_all(path, options).error.find(":2:300001: a line longer than --max-line") !=
        std::string::npos);
}

std::vector<std::byte> model_of(Schema& schema) {
  std::vector<std::byte> bytes(schema.encoded_size());
  schema.encode(bytes);
  return bytes;
}

struct Passed {
  std::vector<std::byte> examples, schema;
  std::string error;
  bool operator==(const Passed&) const = default;
};

// Everything that a text gives, as bytes: blocks of any size joined, lines left out.
Passed pass(const std::string& data, const std::string& cache, ReaderOptions reading,
            Schema& schema, InputOptions options = {}) {
  Passed passed;
  options.data = data;
  options.cache = cache;
  auto input = Input::open(options, reading, schema);
  if (!input.ok()) {
    passed.error = input.status().text();
    return passed;
  }
  ExampleBlock block, all;
  while (true) {
    const Result<bool> more = (*input)->next(block);
    if (!more.ok()) passed.error = more.status().text();
    if (!more.ok() || !*more) break;
    for (uint32_t k = 0; k < block.size(); ++k)
      all.append(block[k], block.id(k));
  }
  CHECK(BlockCodec::encode(all, passed.examples).ok());
  passed.schema = model_of(schema);
  return passed;
}

TEST_CASE("cache: the second pass reads blocks and gives the same bytes; so does the file itself") {
  const TestFolder folder;
  std::string csv = "a,colour,b,note,y\n", sparse;
  for (int k = 0; k < 3000; ++k) {
    csv += std::to_string(k % 7) + ",c" + std::to_string(k % 5) + "," +
           (k % 11 == 0 ? "" : "0.25") + ",words " + std::to_string(k) + ",k" +
           std::to_string(k % 3) + "\n";
    sparse += "k" + std::to_string(k % 3) + " | 3:" + std::to_string(k) + " 4294967295:0.1\n";
  }
  ReaderOptions reading;
  reading.label = Target::one_class;
  reading.text = {"note"};
  for (const std::string& path : {folder.file("x.csv", csv), folder.file("x.txt", sparse)}) {
    const std::string cache = folder / "c.frb";
    Schema one, two, three, four;
    if (path.ends_with("txt")) reading.text.clear();
    const Passed first = pass(path, cache, reading, one);
    CHECK(first.error == "");
    const std::string kept = bytes_of(cache);
    REQUIRE(kept.size() > 1000);
    CHECK_FALSE(std::filesystem::exists(cache + ".part"));
    CHECK(pass(path, cache, reading, two) == first);
    CHECK(pass(cache, "", reading, three) == first);
    CHECK(pass(path, "", reading, four) == first);
    CHECK(pass(path, cache, reading, one) == first);  // a second pass of the same model
    CHECK(bytes_of(cache) == kept);
    std::filesystem::remove(cache);
  }
}

TEST_CASE("cache: another text, time or way of reading makes it anew") {
  const TestFolder folder;
  const std::string path = folder.file("x.csv", "a,b,y\n1,2,3\n"), cache = folder / "c.frb";
  Schema one, two, three, four;
  const Passed first = pass(path, cache, {}, one);
  folder.file("x.csv", "a,b,y\n1,2,4\n");
  std::filesystem::last_write_time(
      path, std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
  const Passed second = pass(path, cache, {}, two);
  CHECK(second.examples != first.examples);
  ReaderOptions reading;
  reading.ignore = {"a"};
  CHECK(pass(path, cache, reading, three).examples != second.examples);
  folder.file("c.frb", "something else");
  CHECK(pass(path, cache, reading, four).error == "");
  CHECK(bytes_of(cache).substr(1, 3) == "FRB");
}

TEST_CASE(
    "cache: a text that was not read to its end leaves none behind; standard input has none") {
  const TestFolder folder;
  const std::string path = folder.file("x.csv", "a,y\n1,2\nx,3\n"), cache = folder / "c.frb";
  Schema schema;
  CHECK(pass(path, cache, {}, schema).error.find(":3:1: expected a number") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(cache));
  CHECK_FALSE(std::filesystem::exists(cache + ".part"));
  CHECK(pass("-", cache, {}, schema).error.find("--cache: standard input") == 0);
}

TEST_CASE("cache: bad lines and zeros that the text had are counted again") {
  const TestFolder folder;
  const std::string path = folder.file("x.txt", "1 | 1:2 3:0\nx | 1:1\n2 | 5:0\n"),
                    cache = folder / "c.frb";
  for (int k = 0; k < 2; ++k) {
    InputOptions options = skipping();
    options.cache = cache;
    options.data = path;
    Schema schema;
    auto input = Input::open(options, {}, schema);
    REQUIRE(input.ok());
    ExampleBlock block;
    while (*(*input)->next(block)) {
    }
    CHECK((*input)->bad_lines().summary() == "1 bad line skipped: 1 label");
    CHECK((*input)->zeros() == 2);
    CHECK((*input)->format().name == "sparse");
  }
}

TEST_CASE("blocks: cut or damaged anywhere they are refused, never another model") {
  const TestFolder folder;
  const std::string path = folder.file("x.csv", "a,c,y\n1,p,3\n2,q,4\n"), cache = folder / "c.frb";
  Schema schema;
  const Passed whole = pass(path, cache, {}, schema);
  const std::string bytes = bytes_of(cache);
  for (std::size_t size = 4; size < bytes.size(); size += 3) {
    Schema other;
    const Passed cut = pass(folder.file("cut.frb", bytes.substr(0, size)), "", {}, other);
    CHECK(cut.error != "");
  }
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    std::string damaged = bytes;
    damaged[k] = static_cast<char>(damaged[k] ^ 4);
    Schema other;
    const Passed read = pass(folder.file("bad.frb", damaged), "", {}, other);
    // Keys say where rows came from; only some of them say how they are to be read.
    CHECK((read.error != "" || read.examples == whole.examples));
  }
  Schema other;
  CHECK(pass(folder.file("more.frb", bytes + "x"), "", {}, other).error.find("behind the end") !=
        std::string::npos);
  ReaderOptions words;
  words.label = Target::one_class;
  Schema third;
  CHECK(pass(cache, "", words, third).error.find("another kind of label") != std::string::npos);
}

// Stops an input on another thread that waits for a pipe: again and again, as a signal that comes just
// before the waiting is lost.
class Stopper {
 public:
  explicit Stopper(Input& input) : waiting_(pthread_self()) {
    struct sigaction nothing{};
    nothing.sa_handler = [](int) {};
    sigaction(SIGURG, &nothing, nullptr);
    thread_ = std::thread([this, &input] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      input.stop();
      while (!is_over_) {
        pthread_kill(waiting_, SIGURG);
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  ~Stopper() {
    is_over_ = true;
    thread_.join();
  }

 private:
  const pthread_t waiting_;
  std::atomic<bool> is_over_{false};
  std::thread thread_;
};

TEST_CASE("input: one that is stopped while it waits ends without an error, compressed or not") {
  const std::string rows = "1 | 0:1\n2 | 0:2\n3 | 0:";
  std::vector<std::string> begun{rows};
  if (make_unzstd(kFileWindow).ok())
    begun.push_back(zstd_frame(rows) + zstd_frame(rows).substr(0, 12));
  for (const std::string& bytes : begun) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    REQUIRE(write(ends[1], bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    Schema schema;
    InputOptions options;
    options.data = "/dev/fd/" + std::to_string(ends[0]);
    options.format = "sparse";
    auto input = Input::open(options, {}, schema);
    REQUIRE(input.ok());
    {
      const Stopper stopper(**input);
      ExampleBlock block;
      uint64_t count = 0;
      Result<bool> more = true;
      while ((more = (*input)->next(block)).ok() && *more)
        count += block.size();
      if (!more.ok()) FAIL(more.status().text());
      CHECK(count == 2);
    }
    close(ends[0]);
    close(ends[1]);
  }
}

// Rows of a followed file: waits for `rows` labels in all, five seconds at most.
class Follower {
 public:
  explicit Follower(const std::string& path) {
    InputOptions options;
    options.data = path;
    options.follow = true;
    auto input = Input::open(options, {}, schema_);
    REQUIRE(input.ok());
    input_ = std::move(*input);
    reader_ = std::thread([this] {
      ExampleBlock block;
      while (true) {
        const Result<bool> more = input_->next(block);
        if (!more.ok() || !*more) return;
        const std::scoped_lock lock(mutex_);
        for (uint32_t k = 0; k < block.size(); ++k)
          labels_.push_back(block[k].label[0]);
      }
    });
  }
  ~Follower() {
    input_->stop();
    reader_.join();
  }
  std::vector<float> wait(std::size_t rows) {
    for (int k = 0; k < 500; ++k) {
      {
        const std::scoped_lock lock(mutex_);
        if (labels_.size() >= rows) return labels_;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const std::scoped_lock lock(mutex_);
    return labels_;
  }

 private:
  Schema schema_;
  std::unique_ptr<Input> input_;
  std::thread reader_;
  std::mutex mutex_;
  std::vector<float> labels_;
};

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

TEST_CASE("follow: lines are read as they are completed; rotation and truncation are survived") {
  const TestFolder folder;
  const std::string path = folder.file("grow.csv", "a,y\n1,1\n1,2\n1,");
  {
    Follower follower(path);
    CHECK(follower.wait(2) == std::vector<float>{1, 2});
    append(path, "3\n");  // the line begun before is complete now
    CHECK(follower.wait(3) == std::vector<float>{1, 2, 3});
    std::filesystem::rename(path, path + ".1");
    append(path + ".1", "1,4\n1,99");  // its last line never ends
    CHECK(follower.wait(4).back() == 4);
    folder.file("grow.csv", "y,a\n5,1\n");  // columns in another order
    CHECK(follower.wait(5).back() == 5);
    append(path, "6,1\n7,1\n");
    CHECK(follower.wait(7).back() == 7);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << "a,y\n1,8\n";
    CHECK(follower.wait(8) == std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8});
  }
}

TEST_CASE("follow: what has no end to wait at says so") {
  const TestFolder folder;
  InputOptions options;
  options.follow = true;
  CHECK(read_all(folder.path(), options).error.find("only a file can be followed") !=
        std::string::npos);
  folder.file("a1", "a,y\n");
  folder.file("a2", "a,y\n");
  CHECK(read_all(folder.path() + "/a*", options).error.find("one file at a time") !=
        std::string::npos);
  CHECK(read_all(folder.file("x.gz", "\x1f\x8b\x08\x00\x00\x00\x00\x00"), options)
            .error.find("compressed files can't be followed") != std::string::npos);
  CHECK(read_all(folder.path() + "/none", options).error.find("can't be opened") !=
        std::string::npos);
}

TEST_CASE("input: a file that becomes shorter while it is read is an error with its place") {
  const TestFolder folder;
  std::string rows = "a,y\n";
  for (int k = 0; k < 200'000; ++k)
    rows += "1,2\n";
  const std::string path = folder.file("x.csv", rows);
  Schema schema;
  InputOptions options;
  options.data = path;
  auto input = Input::open(options, {}, schema);
  REQUIRE(input.ok());
  std::filesystem::resize_file(path, 300'000);
  ExampleBlock block;
  Result<bool> more = true;
  while (more.ok() && *more)
    more = (*input)->next(block);
  REQUIRE_FALSE(more.ok());
  CHECK(more.status().text().find("became shorter while it was read") != std::string::npos);
}

TEST_CASE("bad lines: what was found is shown with its bytes") {
  Bad bad;
  bad.line = 7;
  bad.column = 3;
  bad.why = {Code::invalid_argument, "expected a number"};
  bad.found = "\xff\x01\xc3\xa4";
  CHECK(describe(bad, "f").starts_with("f:7:3: expected a number, found \"\\xff\\x01\xc3\xa4\""));
}

}  // namespace freshet
