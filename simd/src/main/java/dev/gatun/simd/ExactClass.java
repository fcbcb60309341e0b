package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodHandleDesc;
import java.lang.constant.MethodTypeDesc;
import jdk.incubator.vector.VectorSpecies;

/**
 * The class of the vectors or masks of one species, for code that says of a value that it is of just this class.
 * HotSpot knows only the declared class of what is spread from a scalar, of a mask made of bits, of a sum behind its
 * loop, and often of what is loaded. Where one process has vectors of several widths it then cannot choose: methods
 * called on such a value are not inlined, and it is put in the heap. The classes are not public, so the code cannot
 * name them; it asks the species, once.
 */
final class ExactClass {
  private static final ClassDesc SPECIES = VectorSpecies.class.describeConstable().orElseThrow();
  private static final DirectMethodHandleDesc FIELD = ConstantDescs.ofConstantBootstrap(
      ConstantDescs.CD_ConstantBootstraps, "getStaticFinal", CD_Object, CD_Class);
  private static final DirectMethodHandleDesc CALL = ConstantDescs.ofConstantBootstrap(
      ConstantDescs.CD_ConstantBootstraps, "invoke", CD_Object, ConstantDescs.CD_MethodHandle, CD_Object.arrayType());

  private final DynamicConstantDesc<?> type;

  private ExactClass(ClassDesc vector, String species, String question) {
    type = DynamicConstantDesc.ofNamed(CALL, question, CD_Class,
        MethodHandleDesc.ofMethod(DirectMethodHandleDesc.Kind.INTERFACE_VIRTUAL, SPECIES, question,
            MethodTypeDesc.of(CD_Class)),
        DynamicConstantDesc.ofNamed(FIELD, species, SPECIES, vector));
  }

  /** Of the vectors of a species, which is a field of the public class. */
  static ExactClass ofVector(ClassDesc vector, String species) {
    return new ExactClass(vector, species, "vectorType");
  }

  /** Of a species' masks. */
  static ExactClass ofMask(ClassDesc vector, String species) {
    return new ExactClass(vector, species, "maskType");
  }

  /** Casts what is on the stack, of a public class, to this one. {@code Class.cast} is an intrinsic. */
  void cast(CodeBuilder code, ClassDesc declared) {
    code.loadConstant(type).swap()
        .invokevirtual(CD_Class, "cast", MethodTypeDesc.of(CD_Object, CD_Object)).checkcast(declared);
  }
}
