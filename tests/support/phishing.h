#pragma once

#include "freshet/core/example_block.h"

namespace freshet {

/// The bundled phishing stream as examples, without files: the same rows on every target, for the golden and the portable
/// tests. Never change it: golden files hold predictions on it.
///
/// Row k: numeric features 0 ... 8 (a 0 in the file is an absent feature), a nominal pair (9, k mod 7), label 0 or 1.
/// A target that uses this links the file: freshet_embed(TARGET phishing ...).
ExampleBlock phishing_rows();

}  // namespace freshet
