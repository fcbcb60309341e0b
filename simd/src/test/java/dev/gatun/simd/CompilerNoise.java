package dev.gatun.simd;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.MTD_void;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Random;

/** Keeps the queue of C2 long: it generates methods without end that take C2 some time, and runs them until hot. */
final class CompilerNoise extends Thread {
  private static final int VARIABLES = 12;
  private static final int OPERATIONS = 300;
  private static final int AT_A_TIME = 20;
  private static final int CALLS = 800;
  private static volatile long sink;

  private final Random random;
  private volatile boolean over;

  /** A generated method. */
  interface Work {
    long work(long x, int turns);
  }

  CompilerNoise(long seed) {
    random = new Random(seed);
    setDaemon(true);
  }

  void end() {
    over = true;
  }

  @Override
  public void run() {
    while (!over) {
      var works = new ArrayList<Work>();
      for (int i = 0; i < AT_A_TIME; i++) {
        works.add(generate());
      }
      for (int call = 0; call < CALLS && !over; call++) {
        for (var work : works) {
          sink += work.work(call, 20);
        }
      }
    }
  }

  private Work generate() {
    var bytes = ClassFile.of().build(ClassDesc.of(CompilerNoise.class.getPackageName(), "Noise"), type -> type
        .withFlags(ClassFile.ACC_FINAL)
        .withInterfaceSymbols(Work.class.describeConstable().orElseThrow())
        .withMethodBody("<init>", MTD_void, 0,
            c -> c.aload(0).invokespecial(CD_Object, "<init>", MTD_void).return_())
        .withMethodBody("work", MethodTypeDesc.of(CD_long, CD_long, CD_int), ClassFile.ACC_PUBLIC, this::work));
    try {
      var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (Work) lookup.findConstructor(lookup.lookupClass(), MethodType.methodType(void.class)).invoke();
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private void work(CodeBuilder code) {
    var variables = new int[VARIABLES];
    for (int i = 0; i < VARIABLES; i++) {
      variables[i] = code.allocateLocal(TypeKind.LONG);
      code.lload(1).loadConstant(random.nextLong()).ladd().lstore(variables[i]);
    }
    var next = code.newLabel();
    var end = code.newLabel();
    code.labelBinding(next).iload(3).ifle(end);
    for (int i = 0; i < OPERATIONS; i++) {
      code.lload(variables[random.nextInt(VARIABLES)]).lload(variables[random.nextInt(VARIABLES)]);
      switch (random.nextInt(3)) {
        case 0 -> code.ladd();
        case 1 -> code.lmul();
        default -> code.lxor();
      }
      code.loadConstant(random.nextLong()).lxor().lstore(variables[random.nextInt(VARIABLES)]);
    }
    code.iinc(3, -1).goto_(next).labelBinding(end);
    code.lload(variables[0]);
    for (int i = 1; i < VARIABLES; i++) {
      code.lload(variables[i]).lxor();
    }
    code.lreturn();
  }
}
