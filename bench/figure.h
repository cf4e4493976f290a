#pragma once
/// What benchmarks measure: the command line shows it.
#include "freshet/cli/figure.h"
