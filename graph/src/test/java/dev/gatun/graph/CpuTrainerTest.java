package dev.gatun.graph;

import dev.gatun.ops.Backend;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@Execution(ExecutionMode.CONCURRENT)
class CpuTrainerTest extends TrainerContract {
  @Override
  Backend machine() {
    return Machines.named("cpu");
  }
}
