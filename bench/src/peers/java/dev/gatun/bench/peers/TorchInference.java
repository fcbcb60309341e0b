package dev.gatun.bench.peers;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.gatun.bench.Inference;
import dev.gatun.bench.Numbers;
import dev.gatun.bench.Run;
import java.util.List;
import java.util.function.Function;

/** A pass through a network in libtorch, which records nothing for gradients. */
final class TorchInference implements Run {
  private final NDManager manager;
  private final Inference work;
  private final TorchNetwork network;
  private final NDArray x;

  TorchInference(Engine engine, Inference work) {
    this.work = work;
    manager = engine.newBaseManager();
    var parameters = work.training().initial().stream().map(parameter -> manager.create(
        Numbers.floats(parameter.values()), new Shape(parameter.variable().type().shape().sizes()))).toList();
    network = new TorchNetwork(manager, parameters, false);
    x = manager.create(work.samples(), new Shape(work.network().samples(work.batch()).sizes()));
  }

  private <T> T pass(Function<NDArray, T> use) {
    try (var temporary = manager.newSubManager()) {
      temporary.tempAttachAll(x);
      return use.apply(network.logits(work.network(), x));
    }
  }

  @Override
  public void run() {
    pass(_ -> null);
  }

  @Override
  public List<double[]> results() {
    return pass(logits -> List.of(Natives.doubles(logits.toFloatArray())));
  }

  @Override
  public void close() {
    manager.close();
  }
}
