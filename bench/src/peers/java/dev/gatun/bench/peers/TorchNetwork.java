package dev.gatun.bench.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import dev.gatun.bench.Network;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The forward pass of each {@link Network} by libtorch's operators; parameters are taken in the order of their use. */
final class TorchNetwork {
  private static final Shape ONE = new Shape(1, 1);
  private static final Shape TWO = new Shape(2, 2);
  private static final Shape NONE = new Shape(0, 0);
  private static final float EPSILON = 1e-5f;
  private static final float MOMENTUM = 0.1f;
  private static final int HEADS = 12;
  private static final int LAYERS = 6;

  private final NDManager manager;
  private final List<NDArray> parameters;
  private final boolean training;
  /** Running statistics, by the number of their layer's first parameter. */
  private final Map<Integer, NDList> statistics = new HashMap<>();
  private int used;

  /** @param manager owns what lives as long as the network */
  TorchNetwork(NDManager manager, List<NDArray> parameters, boolean training) {
    this.manager = manager;
    this.parameters = parameters;
    this.training = training;
  }

  /** [N, 10]. */
  NDArray logits(Network network, NDArray x) {
    used = 0;
    return switch (network) {
      case LENET -> lenet(x);
      case RESNET18 -> resnet(x);
      case TRANSFORMER -> transformer(x);
      case LSTM -> linear(lstm(lstm(x)).get(":, -1"));
    };
  }

  private NDArray next() {
    return parameters.get(used++);
  }

  private NDArray lenet(NDArray x) {
    var first = pooled(Activation.relu(convolved(x, new Shape(2, 2))));
    var second = pooled(Activation.relu(convolved(first, NONE)));
    var flat = second.reshape(x.getShape().get(0), -1);
    return linear(Activation.relu(linear(Activation.relu(linear(flat)))));
  }

  private NDArray convolved(NDArray x, Shape padding) {
    return Conv2d.conv2d(x, next(), next(), ONE, padding, ONE, 1).singletonOrThrow();
  }

  private static NDArray pooled(NDArray x) {
    return Pool.maxPool2d(x, TWO, TWO, NONE, false);
  }

  private NDArray linear(NDArray x) {
    return Linear.linear(x, next(), next()).singletonOrThrow();
  }

  private NDArray resnet(NDArray x) {
    var y = Activation.relu(unit(x, 1, 1));
    for (int stage = 0; stage < 4; stage++) {
      y = residual(y, stage == 0 ? 1 : 2, stage > 0);
      y = residual(y, 1, false);
    }
    return linear(Pool.globalAvgPool2d(y));
  }

  private NDArray residual(NDArray x, int stride, boolean project) {
    var y = unit(Activation.relu(unit(x, stride, 1)), 1, 1);
    return Activation.relu(y.add(project ? unit(x, stride, 0) : x));
  }

  /** A convolution and the normalisation of its channels over the batch. */
  private NDArray unit(NDArray x, int stride, int padding) {
    var y = Conv2d.conv2d(x, next(), null, new Shape(stride, stride), new Shape(padding, padding), ONE, 1)
        .singletonOrThrow();
    var running = statistics.computeIfAbsent(used, _ -> new NDList(manager.zeros(new Shape(y.getShape().get(1))),
        manager.ones(new Shape(y.getShape().get(1)))));
    return BatchNorm.batchNorm(y, running.get(0), running.get(1), next(), next(), 1, MOMENTUM, EPSILON, training)
        .singletonOrThrow();
  }

  private NDArray transformer(NDArray x) {
    var y = x;
    for (int layer = 0; layer < LAYERS; layer++) {
      y = normalised(y.add(attention(y)));
      y = normalised(y.add(linear(Activation.gelu(linear(y)))));
    }
    return linear(y.mean(new int[] {1}));
  }

  private NDArray normalised(NDArray x) {
    return LayerNorm.layerNorm(x, new Shape(x.getShape().get(2)), next(), next(), EPSILON).singletonOrThrow();
  }

  private NDArray attention(NDArray x) {
    var query = heads(x);
    var key = heads(x);
    var value = heads(x);
    double scale = Math.pow(query.getShape().get(3), -0.5);
    var mixed = query.matMul(key.swapAxes(2, 3)).mul(scale).softmax(-1).matMul(value);
    return Linear.linear(mixed.transpose(0, 2, 1, 3).reshape(x.getShape()), next(), null).singletonOrThrow();
  }

  private NDArray heads(NDArray x) {
    var size = x.getShape();
    return Linear.linear(x, next(), null).singletonOrThrow()
        .reshape(size.get(0), size.get(1), HEADS, size.get(2) / HEADS).transpose(0, 2, 1, 3);
  }

  /** All states: [N, T, size]. */
  private NDArray lstm(NDArray x) {
    var weights = new NDList(next(), next(), next(), next());
    long size = weights.get(1).getShape().get(1);
    var zero = x.getManager().zeros(new Shape(1, x.getShape().get(0), size));
    return x.getNDArrayInternal().lstm(x, new NDList(zero, zero), weights, true, 1, 0, training, false, true).get(0);
  }
}
