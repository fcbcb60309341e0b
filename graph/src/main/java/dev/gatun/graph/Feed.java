package dev.gatun.graph;

import dev.gatun.graph.language.Elaborated;
import dev.gatun.memory.Shape;
import dev.gatun.memory.Tensor;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Plan;
import dev.gatun.ops.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A loaded plan and the tensors through which batches of a data set reach it. Filling and running allocate nothing. */
final class Feed {
  private final Session.Loaded loaded;
  private final List<Field> fields = new ArrayList<>();

  /** A field of the data set, and where a batch of it is put. */
  private record Field(String name, Tensor batch) {}

  /** The memory of the tensors for the inputs of a plan. */
  static long bytes(Plan plan) {
    return plan.sources().values().stream().filter(operand -> isGiven(plan, operand))
        .mapToLong(operand -> operand.type().bytes() + TensorArena.ALIGNMENT).sum();
  }

  private static boolean isGiven(Plan plan, Plan.Operand operand) {
    return plan.buffers().get(operand.buffer()).place() == Plan.Place.PLAN;
  }

  /**
   * Tensors for the inputs of a plan.
   *
   * @param samples the type of one sample of each field
   * @throws IllegalArgumentException if an input has no field, or one of another type
   */
  Feed(Session.Loaded loaded, Map<String, TensorType> samples, int batch) {
    this.loaded = loaded;
    loaded.plan().sources().forEach((name, operand) -> {
      if (isGiven(loaded.plan(), operand) && !name.equals(Elaborated.SEED) && !name.equals(Elaborated.RUN)
          && !TrainingGraph.isRate(name)) {
        check(name, operand.type(), samples, batch);
        fields.add(new Field(name, loaded.arena().allocate(operand.type().dtype(), operand.type().shape())));
      }
    });
  }

  private static void check(String input, TensorType type, Map<String, TensorType> samples, int batch) {
    var sample = samples.get(input);
    if (sample == null) {
      throw new IllegalArgumentException("the data set has no field for the input " + input + ": it has "
          + samples.keySet());
    }
    var sizes = new long[sample.shape().rank() + 1];
    sizes[0] = batch;
    System.arraycopy(sample.shape().sizes(), 0, sizes, 1, sizes.length - 1);
    if (!type.equals(new TensorType(sample.dtype(), Shape.of(sizes)))) {
      throw new IllegalArgumentException("the input " + input + " is " + type + ", the data set has " + sample
          + " for each sample");
    }
  }

  Session.Loaded loaded() {
    return loaded;
  }

  /** Puts a batch of samples, the seed and the number of the run in place. */
  void fill(Dataset from, int[] rows, int start, int count, long seed, long run) {
    for (int i = 0; i < fields.size(); i++) {
      var field = fields.get(i);
      from.copy(field.name, rows, start, count, field.batch);
      loaded.set(field.name, field.batch);
    }
    loaded.seed(seed, run);
  }
}
