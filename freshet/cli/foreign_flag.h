#pragma once
/// What a flag that a command doesn't have is here: an option of the model, or another program's name for something.

#include <string>
#include <string_view>

namespace freshet {

/// "options of a model stand in its brackets: vw(loss=...)" for `--loss`, "Vowpal Wabbit's --loss_function is
/// vw(loss=...) here" and the like; empty: nothing is known of it.
/// model: the word that names a model on the command line, or nothing.
std::string foreign_flag(std::string_view flag, std::string_view model);

}  // namespace freshet
