package dev.gatun.graph;

import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;

class InterpreterTrainerTest extends TrainerContract {
  @Override
  Backend machine() {
    return new Interpreter();
  }
}
