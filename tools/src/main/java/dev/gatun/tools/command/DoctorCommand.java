package dev.gatun.tools.command;

import dev.gatun.cuda.CudaLibraries;
import dev.gatun.graph.MachineException;
import dev.gatun.graph.Machines;
import dev.gatun.memory.Bytes;
import dev.gatun.simd.Machine;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code doctor}: what was found here, and which machine will run and why. */
@Command(name = "doctor", sortOptions = false,
    description = "Show what was found here, which machine will run and why.")
final class DoctorCommand implements Callable<Integer> {
  @Mixin
  private Output output;

  @Override
  public Integer call() {
    int bits = vectorBits();
    int cores = Runtime.getRuntime().availableProcessors();
    long limit = MemorySize.limit();
    var cuda = CudaLibraries.find();
    show("java", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
    show("vectors", bits == 0 ? "none" : bits + " bits");
    show("cores", Integer.toString(cores));
    show("memory", Bytes.text(limit) + ", of which the Java heap may take "
        + Bytes.text(Runtime.getRuntime().maxMemory()));
    String best = null;
    try {
      best = Machines.best().name();
      show("machine", best);
    } catch (MachineException e) {
      show("machine", "none that is fast: " + e.getMessage());
    }
    for (var machine : Machines.all()) {
      show("", machine.description());
    }
    showCuda(cuda);
    output.object(object(bits, cores, limit, best, cuda));
    return best == null ? ExitCode.FAILED : ExitCode.GOOD;
  }

  private void show(String what, String found) {
    output.line(String.format("%-9s %s", what, found));
  }

  private void showCuda(CudaLibraries cuda) {
    var head = "cuda";
    for (var library : cuda.libraries()) {
      show(head, library.fault() == null ? library.file() + " " + library.version() : library.fault());
      head = "";
    }
    for (var device : cuda.devices()) {
      show("", "device " + device.number() + ": " + device.name() + ", compute capability " + device.capability() + ", "
          + device.multiprocessors() + " multiprocessors");
    }
    if (cuda.fault() != null) {
      show("", "no device: " + cuda.fault());
    }
  }

  /** Width of the vectors; 0 if the JVM was started without the vector module. */
  private static int vectorBits() {
    try {
      return Machine.detected().vectorBits();
    } catch (LinkageError e) {
      return 0;
    }
  }

  private static Map<String, Object> object(int bits, int cores, long limit, String best, CudaLibraries cuda) {
    var object = new LinkedHashMap<String, Object>();
    object.put("java", Runtime.version().toString());
    object.put("vector_bits", bits);
    object.put("cores", cores);
    object.put("memory_limit", limit);
    object.put("machine", best);
    var found = new LinkedHashMap<String, Object>();
    for (var library : cuda.libraries()) {
      var described = new LinkedHashMap<String, Object>();
      described.put("file", library.file());
      described.put("version", library.version());
      described.put("fault", library.fault());
      found.put(library.name(), described);
    }
    found.put("devices", cuda.devices().stream().map(CudaLibraries.Device::name).toList());
    found.put("fault", cuda.fault());
    object.put("cuda", found);
    return object;
  }
}
