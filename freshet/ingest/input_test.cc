#include "freshet/ingest/input.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <doctest/doctest.h>
#include <unistd.h>

#include "freshet/log/decompressor.h"
#include "tests/support/data.h"

namespace freshet {
namespace {

// A folder of this test's own, gone with it.
class Folder {
 public:
  Folder() {
    std::string pattern =
        (std::filesystem::temp_directory_path() / "freshet_input_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name, const std::string& bytes) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << bytes;
    return path_ + "/" + name;
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

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
  const Folder folder;
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
  const Folder folder;
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
  const Folder folder;
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
  const Folder folder;
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
  const Folder folder;
  std::string wide = zstd_frame("a,y\n1,2\n");
  wide[5] = static_cast<char>(18 << 3);  // 2^28 bytes
  InputOptions options;
  const std::string path = folder.file("wide", wide);
  CHECK(read_all(path, options).error.find("--max-window") != std::string::npos);
  options.max_window = uint64_t{1} << 28;
  CHECK(read_all(path, options).labels == std::vector<float>{2});
}

TEST_CASE("input: the first bad line stops with its place and what to do") {
  const Folder folder;
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
  const Folder folder;
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
  const Folder folder;
  const Outcome outcome = read_all(folder.file("b.csv",
                                               "\xef\xbb\xbf"
                                               "a,y\r\n1,2\r\n3,4"));
  CHECK(outcome.error == "");
  CHECK(outcome.labels == std::vector<float>{2, 4});
}

TEST_CASE("input: a glob is one stream, sorted by name; columns may stand in another order") {
  const Folder folder;
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
  const Folder folder;
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
  const Folder folder;
  const Outcome outcome = read_all(folder.file("empty", ""));
  CHECK(outcome.error == "");
  CHECK(outcome.rows == 0);
}

TEST_CASE("input: a line longer than the limit is an error, or thrown away unkept") {
  const Folder folder;
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

TEST_CASE("bad lines: what was found is shown with its bytes") {
  Bad bad;
  bad.line = 7;
  bad.column = 3;
  bad.why = {Code::invalid_argument, "expected a number"};
  bad.found = "\xff\x01\xc3\xa4";
  CHECK(describe(bad, "f").starts_with("f:7:3: expected a number, found \"\\xff\\x01\xc3\xa4\""));
}

}  // namespace freshet
