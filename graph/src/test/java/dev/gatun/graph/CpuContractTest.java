package dev.gatun.graph;

import dev.gatun.ops.Backend;

class CpuContractTest extends MachineContract {
  private static final Backend CPU = Machines.named("cpu");

  @Override
  Backend machine() {
    return CPU;
  }
}
