package dev.gatun.bench.peers;

import ai.djl.ndarray.types.Shape;
import dev.gatun.bench.Inference;
import dev.gatun.bench.Network;
import dev.gatun.bench.ProcessRun;
import dev.gatun.memory.Safetensors;
import dev.gatun.memory.TensorArena;
import java.io.IOException;
import java.nio.file.Path;

/** The process that a cold start is compared with: the same file, the same network, through libtorch. */
final class TorchFirstResult {
  private static final long LIMIT = 4L << 30;

  private TorchFirstResult() {}

  public static void main(String[] arguments) throws IOException {
    var inference = new Inference(Network.valueOf(arguments[0]), Integer.parseInt(arguments[1]));
    try (var arena = TensorArena.root("weights", LIMIT);
        var manager = Torch.engine(Integer.parseInt(arguments[2])).newBaseManager()) {
      var tensors = Safetensors.read(Path.of(arguments[3]), arena).tensors();
      var parameters = inference.network().model().parameters().stream().map(tensors::get)
          .map(tensor -> manager.create(tensor.toFloats(), new Shape(tensor.shape().sizes()))).toList();
      var x = manager.create(inference.samples(),
          new Shape(inference.network().samples(inference.batch()).sizes()));
      ProcessRun.print(new TorchNetwork(manager, parameters, false).logits(inference.network(), x).toFloatArray());
    }
  }
}
