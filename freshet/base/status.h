#pragma once
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

/// How everything in Freshet says that it failed: by value, without exceptions.
///
/// A function that can fail returns a Status, or a Result<T> when it also has something to give. A
/// text starts with the component and says what, where and what to do:
///
///     return {Code::invalid_argument, "ftrl: value is not finite; leave the feature out instead",
///     index};
///
/// Static texts cost nothing. Texts made at run time (rings 3-6) come from `failure()` in
/// base/failure.h. Threads: a Status is a value; one object belongs to one thread at a time.
namespace freshet {

/// What kind of failure, for programs. Doors turn it into HTTP and gRPC codes, exit statuses,
/// Python exceptions. Written to files and wires: never change or reuse a number.
enum class Code : uint8_t {
  ok,
  invalid_argument,
  not_found,
  conflict,
  corrupt,
  unsupported,
  exhausted,
  denied,
  unavailable,
  deadline,
  cancelled,
  internal
};

/// The code's own spelling: "invalid_argument". A number outside the enum gives "unknown".
constexpr std::string_view code_name(Code code) noexcept {
  constexpr std::string_view kNames[] = {
      "ok",        "invalid_argument", "not_found",   "conflict", "corrupt",   "unsupported",
      "exhausted", "denied",           "unavailable", "deadline", "cancelled", "internal"};
  const auto at = static_cast<std::size_t>(code);
  return at < sizeof(kNames) / sizeof(kNames[0]) ? kNames[at] : std::string_view("unknown");
}

/// Ok, or a code with a text and a position. Move-only: 24 bytes on 64-bit machines.
class [[nodiscard]] Status {
 public:
  /// Frees an owned text.
  using Drop = void (*)(const char*) noexcept;

  constexpr Status() noexcept = default;

  /// text: zero-terminated; static when `drop` is null, otherwise owned from here on and given to
  /// `drop` once. at: a column, an option's index or a feature's index: the text says which.
  constexpr Status(Code code, const char* text, uint32_t at = 0, Drop drop = nullptr) noexcept
      : text_(text), drop_(drop), at_(at), code_(code) {}

  /// A moved-from Status keeps its code and loses its text: a failure never turns into ok by being
  /// looked at.
  constexpr Status(Status&& other) noexcept
      : text_(std::exchange(other.text_, "")),
        drop_(std::exchange(other.drop_, nullptr)),
        at_(other.at_),
        code_(other.code_) {}

  constexpr Status& operator=(Status&& other) noexcept {
    if (this == &other) return *this;
    release();
    text_ = std::exchange(other.text_, "");
    drop_ = std::exchange(other.drop_, nullptr);
    at_ = other.at_;
    code_ = other.code_;
    return *this;
  }

  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;
  constexpr ~Status() { release(); }

  constexpr bool ok() const noexcept { return code_ == Code::ok; }
  constexpr Code code() const noexcept { return code_; }

  /// Borrowed while this Status lives and isn't moved from. Zero-terminated.
  constexpr std::string_view text() const noexcept { return text_; }
  constexpr uint32_t at() const noexcept { return at_; }

 private:
  constexpr void release() noexcept {
    if (drop_ != nullptr) drop_(text_);
  }

  const char* text_ = "";
  Drop drop_ = nullptr;
  uint32_t at_ = 0;
  Code code_ = Code::ok;
};

static_assert(sizeof(void*) != 8 || sizeof(Status) == 24);

/// A T, or the failed Status that says why there is none.
///
///     Result<Schema> schema = load(reader);
///     if (!schema.ok()) return std::move(schema).status();
///     use(*schema);
///
/// REQUIRES for `*` and `->`: ok(). A moved-from Result stays what it was: ok with a moved-from T,
/// or failed.
template <class T>
class [[nodiscard]] Result {
 public:
  /// From a failure. An ok Status is a mistake of the caller and becomes `internal`.
  Result(Status failed) noexcept  // NOLINT(google-explicit-constructor): `return {Code::corrupt,
                                  // "..."}` must work
      : status_(failed.ok()
                    ? Status(Code::internal, "result: made from an ok status, without a value")
                    : std::move(failed)) {}

  /// From a failure, in place: `return {Code::not_found, "catalog: ..."}`.
  Result(Code code, const char* text, uint32_t at = 0, Status::Drop drop = nullptr) noexcept
      : Result(Status(code, text, at, drop)) {}

  /// From anything a T can be made of implicitly: a T, or a unique_ptr to a derived class.
  template <class U = T>
    requires(std::is_convertible_v<U &&, T> && !std::is_same_v<std::remove_cvref_t<U>, Status> &&
             !std::is_same_v<std::remove_cvref_t<U>, Result>)
  Result(U&& value) noexcept {  // NOLINT(google-explicit-constructor,
                                // bugprone-forwarding-reference-overload)
    ::new (static_cast<void*>(place())) T(std::forward<U>(value));
  }

  Result(Result&& other) noexcept : status_(std::move(other.status_)) {
    if (ok()) ::new (static_cast<void*>(place())) T(std::move(other.value_));
  }

  Result& operator=(Result&& other) noexcept {
    if (this == &other) return *this;
    if (ok()) value_.~T();
    status_ = std::move(other.status_);
    if (ok()) ::new (static_cast<void*>(place())) T(std::move(other.value_));
    return *this;
  }

  Result(const Result&) = delete;
  Result& operator=(const Result&) = delete;

  ~Result() {
    if (ok()) value_.~T();
  }

  bool ok() const noexcept { return status_.ok(); }

  T& operator*() & noexcept { return value_; }
  const T& operator*() const& noexcept { return value_; }
  T&& operator*() && noexcept { return std::move(value_); }
  T* operator->() noexcept { return __builtin_addressof(value_); }
  const T* operator->() const noexcept { return __builtin_addressof(value_); }

  const Status& status() const& noexcept { return status_; }
  Status status() && noexcept { return std::move(status_); }

 private:
  T* place() noexcept { return __builtin_addressof(value_); }

  Status status_;
  union {
    T value_;  // Invariant: alive exactly while status_ is ok.
  };
};

/// What FRESHET_TRY returns: the Status inside.
inline Status take_status(Status&& status) noexcept {
  return std::move(status);
}
template <class T>
Status take_status(Result<T>&& result) noexcept {
  return std::move(result).status();
}

}  // namespace freshet

#define FRESHET_JOIN_(a, b) a##b
#define FRESHET_JOIN(a, b) FRESHET_JOIN_(a, b)

/// Leaves the function with the failure of `expr`, a Status or a Result; goes on if it is ok.
/// The function returns a Status or a Result.
#define FRESHET_TRY(...) FRESHET_TRY_NAMED_(FRESHET_JOIN(freshet_try_, __COUNTER__), __VA_ARGS__)
#define FRESHET_TRY_NAMED_(name, ...)                                                          \
  do {                                                                                         \
    if (auto name = (__VA_ARGS__); !name.ok()) return ::freshet::take_status(std::move(name)); \
  } while (false)

/// `FRESHET_TRY_ASSIGN(auto rows, read_rows(file));` leaves with the failure, or moves the value
/// into `rows`.
#define FRESHET_TRY_ASSIGN(target, ...) \
  FRESHET_TRY_ASSIGN_NAMED_(FRESHET_JOIN(freshet_try_, __COUNTER__), target, __VA_ARGS__)
#define FRESHET_TRY_ASSIGN_NAMED_(name, target, ...)              \
  auto name = (__VA_ARGS__);                                      \
  if (!name.ok()) return ::freshet::take_status(std::move(name)); \
  target = *std::move(name)
