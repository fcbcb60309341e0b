package dev.gatun.graph;

import dev.gatun.ops.Backend;

class ContraryContractTest extends MachineContract {
  @Override
  Backend machine() {
    return new ContraryMachine();
  }
}
