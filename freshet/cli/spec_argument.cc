#include "freshet/cli/spec_argument.h"

#include <boost/json.hpp>
#include <sys/stat.h>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/log/file.h"

namespace freshet {
namespace {

namespace json = boost::json;
constexpr uint64_t kLargestSpec = 64 * 1024;

Status wrong(std::string_view what) {
  return failure(
      Code::invalid_argument,
      "spec: " + std::string(what) +
          R"(; expected {"pipeline":[{"scale":{}},{"logistic":{"learning_rate":0.005}}]})");
}

bool is_word(std::string_view text) noexcept {
  if (text.empty()) return false;
  for (const char c : text) {
    const bool is_alnum =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!is_alnum && c != '_' && c != '.' && c != ':' && c != '-' && c != '+') return false;
  }
  return true;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

Result<std::string> pipeline(const json::value& value, int depth);

Result<std::string> value_text(const json::value& value, int depth) {
  switch (value.kind()) {
    case json::kind::bool_:
      return std::string(value.get_bool() ? "true" : "false");
    case json::kind::int64:
      return std::to_string(value.get_int64());
    case json::kind::uint64:
      return std::to_string(value.get_uint64());
    case json::kind::double_:
      return std::string(Digits(value.get_double()).text());
    case json::kind::string: {
      const std::string_view text(value.get_string().data(), value.get_string().size());
      return is_word(text) ? std::string(text) : quoted(text);
    }
    case json::kind::object:
      return pipeline(value, depth);
    default:
      return wrong("a value that is no number, word, true, false or model");
  }
}

// {"logistic":{"learning_rate":0.005}}
Result<std::string> step(const json::value& value, int depth) {
  if (value.is_string()) return std::string(value.get_string().data(), value.get_string().size());
  if (!value.is_object() || value.get_object().size() != 1)
    return wrong("a step is an object with one name");
  const auto& [name, options] = *value.get_object().begin();
  if (!options.is_object()) return wrong("the options of a step are an object");
  std::string text(name.data(), name.size());
  const char* separator = "(";
  for (const auto& [key, given] : options.get_object()) {
    const json::array one{given};
    for (const json::value& each : given.is_array() ? given.get_array() : one) {
      FRESHET_TRY_ASSIGN(const std::string shown, value_text(each, depth + 1));
      text += separator + std::string(key.data(), key.size()) + "=" + shown;
      separator = ", ";
    }
  }
  return *separator == ',' ? text + ")" : text;
}

Result<std::string> pipeline(const json::value& value, int depth) {
  if (depth > 32) return wrong("models nested deeper than 32");
  if (!value.is_object()) return wrong("not an object");
  const json::object& object = value.get_object();
  const json::value* steps = object.if_contains("pipeline");
  if (steps == nullptr) return step(value, depth);
  if (!steps->is_array() || object.size() != 1) return wrong("a pipeline is an array of steps");
  std::string text;
  for (const json::value& each : steps->get_array()) {
    FRESHET_TRY_ASSIGN(const std::string one, step(each, depth));
    text += (text.empty() ? "" : " | ") + one;
  }
  return text;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

Result<std::string> spec_from_json(std::string_view text) noexcept {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 64;
  json::stream_parser parser(json::storage_ptr(), options);
  parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error) return wrong("it is no JSON (" + error.message() + ")");
  return pipeline(parser.release(), 0);
}

Result<std::string> spec_text(std::string_view word) noexcept {
  std::string text(trimmed(word));
  if (text.starts_with('@')) {
    FRESHET_TRY_ASSIGN(const std::vector<std::byte> bytes, read_file(text.substr(1), kLargestSpec));
    text = trimmed({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  const bool may_be_path = text.find_first_of("(|") == std::string::npos &&
                           text.find_first_of("./") != std::string::npos;
  if (struct stat about{}; may_be_path && stat(text.c_str(), &about) == 0) {
    return failure(Code::invalid_argument, text + ": is a file, not a spec: a spec in a file is @" +
                                               text + "; a model goes on with freshet train -i " +
                                               text + ", predicts with freshet predict " + text);
  }
  if (text.starts_with('{')) return spec_from_json(text);
  return text;
}

}  // namespace freshet
