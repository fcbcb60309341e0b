package dev.gatun.graph;

import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;

class InterpreterContractTest extends MachineContract {
  @Override
  Backend machine() {
    return new Interpreter();
  }
}
