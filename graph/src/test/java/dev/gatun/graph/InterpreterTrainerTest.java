package dev.gatun.graph;

import dev.gatun.ops.Backend;
import dev.gatun.ops.Interpreter;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class InterpreterTrainerTest extends TrainerContract {
  @Override
  Backend machine() {
    return new Interpreter();
  }
}
