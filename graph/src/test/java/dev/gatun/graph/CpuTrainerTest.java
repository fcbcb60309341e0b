package dev.gatun.graph;

import dev.gatun.ops.Backend;

class CpuTrainerTest extends TrainerContract {
  @Override
  Backend machine() {
    return Machines.named("cpu");
  }
}
