package dev.gatun.simd;

import dev.gatun.ops.Convolve;
import dev.gatun.ops.KernelSpec;
import java.lang.foreign.SegmentAllocator;
import java.util.ArrayList;
import java.util.List;

/**
 * The output or the data gradient of a convolution, or a band of its rows: weights are packed, unless a copy is at
 * hand, then the tasks run.
 */
final class ConvolutionStep extends Step {
  /**
   * Bytes of a band, so that what an epilogue maps is still in a second-level cache, and rows enough for all workers.
   */
  static final long BAND_BYTES = 256 << 10;
  private static final int BAND_ROWS = 2;

  private final Crew crew;
  private final Convolution convolution;
  private final Packed packed;
  private final boolean shared;
  private final boolean packs;
  private final int firstTask;
  private final int tasks;
  private final Runnable packAll = this::packAll;
  private final Team.Task pack = this::pack;
  private final Team.Task convolve = this::convolve;

  private ConvolutionStep(List<Located> in, List<Located> out, Crew crew, Convolution convolution, Packed packed,
      boolean shared, boolean packs, int firstTask, int tasks) {
    super(in.subList(0, 2), out);
    this.crew = crew;
    this.convolution = convolution;
    this.packed = packed;
    this.shared = shared;
    this.packs = packs;
    this.firstTask = firstTask;
    this.tasks = tasks;
  }

  /**
   * The steps of a convolution and its epilogue: where the result is larger than a cache and tasks come row by row,
   * band by band of rows.
   *
   * @param mapped the operands of the epilogue, if there is one
   */
  static List<Step> of(KernelSpec.Direct direct, List<Located> in, List<Located> mapped, List<Located> out, Crew crew,
      Constants constants, SegmentAllocator memory, String name) {
    var op = (Convolve) direct.op();
    var result = out.getFirst();
    var shape = ConvolutionGeometry.shape(op, result.type().dtype());
    var role = op.role() == Convolve.Role.OUTPUT ? Convolution.Role.OUTPUT : Convolution.Role.DATA;
    var convolution = Convolution.of(Machine.detected(), shape, role, Convolution.laneAxis(shape),
        ConvolutionGeometry.strides(in.get(0)), ConvolutionGeometry.strides(in.get(1)),
        ConvolutionGeometry.strides(result), memory);
    var packed = constants.packed(in.get(1), convolution);
    for (int worker = 0; worker < crew.size(); worker++) {
      crew.scratch(worker).reserveTiles(convolution.workspaceBytes());
    }
    boolean shared = op.multiplyAdds() >= ProductStep.WORTH_SHARING;
    var epilogue = direct.epilogue();
    int tasks = convolution.tasksOfRow();
    int height = tasks == 0 || result.type().shape().rank() < 4 ? 0 : (int) result.size(2);
    int bands = (int) Math.min(height / BAND_ROWS, result.type().bytes() / BAND_BYTES);
    var steps = new ArrayList<Step>();
    if (epilogue == null || bands < 2) {
      steps.add(new ConvolutionStep(in, out, crew, convolution, packed, shared, true, 0, convolution.tasks()));
      if (epilogue != null) {
        steps.add(new MapStep(epilogue, mapped, out, crew, name));
      }
      return steps;
    }
    for (int band = 0; band < bands; band++) {
      int row = (int) ((long) height * band / bands);
      int rows = (int) ((long) height * (band + 1) / bands) - row;
      steps.add(new ConvolutionStep(in, out, crew, convolution, packed, shared, band == 0, row * tasks,
          rows * tasks));
      var part = mapped.stream().map(o -> o.slice(2, row, rows)).toList();
      var target = result.slice(2, row, rows);
      steps.add(new MapStep(slice(epilogue, row, target, part), part, List.of(target), crew, name));
    }
    return steps;
  }

  private static KernelSpec.Map slice(KernelSpec.Map map, int row, Located target, List<Located> in) {
    return new KernelSpec.Map(target.type().shape(), in.stream().map(Located::type).toList(),
        map.exprs().stream().map(e -> e.moved(2, row)).toList());
  }

  @Override
  void run() {
    if (packs) {
      packed.refresh(packAll);
    }
    crew.run(shared, tasks, convolve);
  }

  private void packAll() {
    crew.run(shared, convolution.packTasks(), pack);
  }

  private void pack(int task, int worker) {
    convolution.pack(task, worker, addresses[1], packed.address());
  }

  private void convolve(int task, int worker) {
    convolution.run(firstTask + task, addresses[0], packed.address(), addresses[2], crew.scratch(worker).tiles());
  }
}
