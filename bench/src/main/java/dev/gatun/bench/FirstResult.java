package dev.gatun.bench;

import dev.gatun.graph.Machines;
import dev.gatun.graph.Predictor;
import dev.gatun.memory.DType;
import dev.gatun.memory.TensorArena;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The process that {@link ColdStart} measures: what an embedder does, from a file of weights to an answer. */
final class FirstResult {
  private static final long LIMIT = 8L << 30;

  private FirstResult() {}

  public static void main(String[] arguments) throws IOException {
    var inference = new Inference(Network.valueOf(arguments[0]), Integer.parseInt(arguments[1]));
    try (var arena = TensorArena.root("first result", LIMIT);
        var predictor = new Predictor(inference.network().model(), Path.of(arguments[3]), Machines.best(), arena,
            Integer.parseInt(arguments[2]))) {
      var x = arena.allocate(DType.F32, inference.network().samples(inference.batch()));
      x.setFloats(inference.samples());
      var results = predictor.run(Map.of("x", x), List.of(Inference.LOGITS), arena);
      ProcessRun.print(results.get(Inference.LOGITS).toFloats());
    }
  }
}
