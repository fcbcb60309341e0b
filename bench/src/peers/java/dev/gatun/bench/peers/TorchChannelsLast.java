package dev.gatun.bench.peers;

import dev.gatun.bench.Convolution;
import dev.gatun.bench.Peer;
import dev.gatun.bench.Run;
import dev.gatun.bench.Work;

/** libtorch on images and filters whose channels lie side by side. */
public final class TorchChannelsLast implements Peer {
  @Override
  public String name() {
    return "libtorch, channels last";
  }

  @Override
  public String settings() {
    return "the same for convolutions, on tensors of its second layout";
  }

  @Override
  public boolean allocates() {
    return true;
  }

  @Override
  public Run open(Work work, int threads) {
    return work instanceof Convolution convolution ? Torch.convolution(convolution, threads, true) : null;
  }
}
