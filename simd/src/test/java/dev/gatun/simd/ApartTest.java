package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * HotSpot compiles each kernel by itself. Windows were once compiled into their caller, after nearly all before them
 * had been computed lane by lane: as something rare, without what they called in turn, and with each vector that they
 * passed to it in the heap, 30 MB in a training step of LeNet.
 */
class ApartTest {
  private static final ClassFile FILE = ClassFile.of();

  @Test
  void thisHotSpotInlinesNothingLonger() {
    var hotSpot = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    assertEquals(Apart.INLINED, Integer.parseInt(hotSpot.getVMOption("FreqInlineSize").getValue()));
  }

  /** A copy is the shortest. */
  @Test
  void everyKernelIsLonger() {
    for (int bits : new int[] {128, 256, 512}) {
      assertLong(FILE.parse(VectorPrinter.print(ScopeStructures.exponentials(0), bits,
          ClassDesc.of(ApartTest.class.getPackageName(), "Copy"))));
    }
  }

  @Test
  void everyKindOfWindowIsLonger() throws IOException {
    assertLong(FILE.parse(Apart.lengthen(windows())));
  }

  @Test
  void windowsCallNoMethodOfTheirOwn() throws IOException {
    var type = FILE.parse(windows());
    assertEquals(List.of(), type.methods().stream().flatMap(method -> method.code().stream())
        .flatMap(code -> code.elementStream()).filter(element -> element instanceof InvokeInstruction call
            && call.owner().name().equals(type.thisClass().name())).toList());
  }

  private static byte[] windows() throws IOException {
    try (var bytes = WindowVectors.class.getResourceAsStream("WindowVectors.class")) {
      return bytes.readAllBytes();
    }
  }

  private static void assertLong(ClassModel type) {
    for (MethodModel method : type.methods()) {
      int length = ((CodeAttribute) method.code().orElseThrow()).codeLength();
      assertTrue(length > Apart.INLINED || method.methodName().equalsString("<init>"), () -> method + ": " + length);
    }
  }
}
