package dev.gatun.ops;

import dev.gatun.memory.TensorArena;
import java.lang.foreign.MemorySegment;

/** Memory of a machine that works in the host's own. */
public record HostSlab(MemorySegment host) implements Backend.Slab {
  public static HostSlab allocate(TensorArena arena, long bytes) {
    return new HostSlab(arena.allocateBytes(bytes));
  }

  @Override
  public long bytes() {
    return host.byteSize();
  }

  @Override
  public void upload(long offset, MemorySegment from) {
    MemorySegment.copy(from, 0, host, offset, from.byteSize());
  }

  @Override
  public void download(long offset, MemorySegment to) {
    MemorySegment.copy(host, offset, to, 0, to.byteSize());
  }
}
