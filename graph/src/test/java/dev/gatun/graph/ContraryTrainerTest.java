package dev.gatun.graph;

import dev.gatun.ops.Backend;

class ContraryTrainerTest extends TrainerContract {
  @Override
  Backend machine() {
    return new ContraryMachine();
  }
}
