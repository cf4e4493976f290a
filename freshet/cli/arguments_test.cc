#include "freshet/cli/arguments.h"

#include <array>

#include <doctest/doctest.h>

#include "freshet/cli/common_options.h"
#include "freshet/cli/console.h"

namespace freshet {
namespace {

struct TestOptions {
  DataOptions data;
  ColumnOptions columns;
  CommonOptions common;
};
constexpr std::array kGroups{
    group<&TestOptions::data>("data", kDataOptions),
    group<&TestOptions::columns>("columns", kColumnOptions),
    group<&TestOptions::common>("all", kCommonOptions),
};
constexpr Command kTest{"test",
                        "",
                        "SPEC",
                        {},
                        {"SPEC", "a model", 1, 2},
                        kGroups,
                        sizeof(TestOptions),
                        &command_defaults<TestOptions>,
                        nullptr};

Result<Arguments> parse(const std::vector<std::string>& args) {
  return Arguments::parse(kTest, args);
}

const TestOptions& options_of(Result<Arguments>& arguments) {
  REQUIRE(arguments.ok());
  return *static_cast<const TestOptions*>(arguments->options());
}

std::string error(const std::vector<std::string>& args) {
  return std::string(parse(args).status().text());
}

}  // namespace

TEST_CASE("arguments: options of every type, in any order, words between them") {
  Result<Arguments> arguments =
      parse({"-d", "x.csv", "linear", "--limit=10", "--on-bad-line", "skip", "--missing", "n/a,?",
             "--missing", "NA", "-q", "--no-header", "--", "-5"});
  const TestOptions& options = options_of(arguments);
  CHECK(options.data.data == "x.csv");
  CHECK(options.data.limit == 10);
  CHECK(options.data.on_bad_line == OnBadLine::skip);
  CHECK(std::vector<std::string_view>(options.columns.missing.begin(),
                                      options.columns.missing.end()) ==
        std::vector<std::string_view>{"n/a", "?", "NA"});
  CHECK(options.common.quiet);
  CHECK(options.columns.no_header);
  CHECK(!options.columns.strict_columns);
  REQUIRE(arguments->words().size() == 2);
  CHECK(arguments->words()[0] == "linear");
  CHECK(arguments->words()[1] == "-5");
}

TEST_CASE("arguments: commas inside brackets don't part a list") {
  Result<Arguments> arguments = parse({"linear", "--ignore", "auc(a=1,b=2),f1"});
  const TestOptions& options = options_of(arguments);
  REQUIRE(options.columns.ignore.size() == 2);
  CHECK(options.columns.ignore[0] == "auc(a=1,b=2)");
}

TEST_CASE("arguments: mistakes name what is near, or the bounds") {
  CHECK(error({"linear", "--mising=x"}).find("did you mean --missing?") != std::string::npos);
  CHECK(error({"linear", "--passes", "0"}).find("--passes 0") != std::string::npos);
  CHECK(error({"linear", "--limit", "many"}).find("--limit many") != std::string::npos);
  CHECK(error({"linear", "--on-bad-line", "stp"}).find("skip") != std::string::npos);
  CHECK(error({"linear", "--target"}).find("--target") != std::string::npos);
  CHECK(error({}).find("needs SPEC: a model") != std::string::npos);
  CHECK(error({"a", "b", "c"}).find("takes no word \"c\"") != std::string::npos);
}

TEST_CASE("arguments: options of a model, and other programs' flags, say where they belong") {
  CHECK(error({"vw", "--learning-rate", ".1"}).find("'vw(learning_rate=...)'") !=
        std::string::npos);
  CHECK(error({"ftrl(alpha=1)", "--beta", "1"}).find("'ftrl(beta=...)'") != std::string::npos);
  CHECK(error({"vw", "--loss_function", "logistic"}).find("is here: vw(loss=...)") !=
        std::string::npos);
  CHECK(error({"-b", "22"}).find("is here: vw(bits=...)") != std::string::npos);
}

TEST_CASE("arguments: --help needs no words") {
  Result<Arguments> arguments = parse({"--help"});
  CHECK(options_of(arguments).common.help);
}

TEST_CASE("exit statuses: wrong input is 2, failed work 1, an interrupt 130") {
  CHECK(exit_of(Code::ok) == 0);
  CHECK(exit_of(Code::invalid_argument) == 2);
  CHECK(exit_of(Code::corrupt) == 2);
  CHECK(exit_of(Code::unsupported) == 2);
  CHECK(exit_of(Code::conflict) == 1);
  CHECK(exit_of(Code::exhausted) == 1);
  CHECK(exit_of(Code::cancelled) == 130);
}

}  // namespace freshet
