#pragma once

#include "support/expect.h"

/// The call throws an E with exactly this text.
#define EXPECT_ERROR(call, E, text) EXPECT_EQ(tenet_test::message<E>([&] { call; }), text)
