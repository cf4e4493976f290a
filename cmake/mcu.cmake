# A Cortex-M4 with single-precision floating point, as qemu's board mps2-an386: arm-none-eabi-g++ and newlib.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_EXECUTABLE_SUFFIX .elf)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_CXX_FLAGS_INIT
    "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard -ffunction-sections -fdata-sections -fno-threadsafe-statics -Wno-psabi")
set(CMAKE_EXE_LINKER_FLAGS_INIT
    "-nostartfiles -Wl,--gc-sections -T ${CMAKE_CURRENT_LIST_DIR}/mcu/board.ld")
set(FRESHET_BOARD_SOURCES ${CMAKE_CURRENT_LIST_DIR}/mcu/board.cc)
set(FRESHET_RUNNER qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none
                   -semihosting-config enable=on,target=native -kernel)
