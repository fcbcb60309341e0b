package dev.gatun.simd;

import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.HostSlab;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Memory of this machine, and what its kernels keep packed of it. It counts how often it was written to. */
final class CpuSlab implements Backend.Slab, Changes {
  private final HostSlab memory;
  private final TensorArena arena;
  private final AtomicLong writes = new AtomicLong();
  private final Map<Place, Packed> packed = new HashMap<>();

  /** What a packed copy is a copy of. */
  private record Place(long address, Packing.Order order) {}

  CpuSlab(TensorArena arena, long bytes) {
    this.memory = HostSlab.allocate(arena, bytes);
    this.arena = arena;
  }

  @Override
  public long bytes() {
    return memory.bytes();
  }

  @Override
  public void upload(long offset, MemorySegment from) {
    memory.upload(offset, from);
    written();
  }

  @Override
  public void download(long offset, MemorySegment to) {
    memory.download(offset, to);
  }

  @Override
  public MemorySegment host() {
    return memory.host();
  }

  /** Says that bytes may have changed: what is packed of them is packed anew before it is used. */
  void written() {
    writes.incrementAndGet();
  }

  @Override
  public long changes() {
    return writes.get();
  }

  boolean contains(long address) {
    return address >= memory.host().address() && address < memory.host().address() + bytes();
  }

  /**
   * The packed copy of an operand that starts at an address of this memory, shared by all who ask. It lives as long as
   * this memory, whose owner pays.
   *
   * @param room the part of what may still be allocated that it may take; else there is none
   */
  Optional<Packed> packed(long address, Packing packing, double room) {
    synchronized (packed) {
      var place = new Place(address, packing.order());
      var found = packed.get(place);
      if (found == null && packing.packedBytes() <= room * arena.freeBytes()) {
        found = new Packed(this, arena.allocateBytes(Math.max(1, packing.packedBytes())).address());
        packed.put(place, found);
      }
      return Optional.ofNullable(found);
    }
  }
}
