package dev.gatun.ops;

import dev.gatun.memory.Shape;
import java.util.List;

/**
 * Convolution as one trilinear form T(x, w, y) = Σ x[n, c, o·stride + k·dilation − pad] · w[f, c, k] · y[n, f, o]: each
 * {@link Role} is the derivative of T by one operand, a function of the other two. So the gradients of a convolution
 * are convolutions, and theirs too.
 *
 * <p>OUTPUT: (x, w) → y. DATA: (y, w) → x, also called transposed convolution. WEIGHT: (x, y) → w.
 *
 * @param data shape of x: [N, C, spatial…]
 * @param weight shape of w: [F, C / groups, kernel…]
 */
public record Convolve(Role role, Shape data, Shape weight, Geometry geometry, int groups) implements Op.Primitive {
  /** Which operand of the trilinear form is the result. */
  public enum Role { OUTPUT, DATA, WEIGHT }

  /** The shape of y: [N, F, spatial…]. */
  public Shape output() {
    return Geometry.shape(data.size(0), weight.size(0), geometry.outputs(Geometry.spatial(data)));
  }

  /** Multiply-adds, the same for all roles; taps on padding are none. */
  public double multiplyAdds() {
    double all = (double) data.size(0) * weight.size(0) * weight.size(1);
    for (int axis = 0; axis < geometry.rank(); axis++) {
      all *= geometry.taps(axis, data.size(axis + 2));
    }
    return all;
  }

  @Override
  public List<TensorType> infer(List<TensorType> in) {
    Types.count(this, in, 2);
    Types.sameDType(this, in);
    Types.isFloat(this, in);
    Types.require(data.rank() == geometry.rank() + 2 && weight.rank() == data.rank(), this, in,
        "wants " + geometry.rank() + " spatial axes");
    Types.require(groups > 0 && data.size(1) % groups == 0 && weight.size(0) % groups == 0, this, in,
        groups + " groups must divide " + data.size(1) + " channels and " + weight.size(0) + " filters");
    Types.require(data.size(1) == weight.size(1) * groups, this, in,
        "input has " + data.size(1) + " channels, weight expects " + weight.size(1) * groups);
    Types.require(Geometry.spatial(weight).equals(geometry.kernelShape()), this, in,
        "weight must end in the kernel's size");
    Types.require(geometry.outputs(Geometry.spatial(data)).elements() > 0 || data.elements() == 0, this, in,
        "the kernel is larger than the padded input");
    var wanted = switch (role) {
      case OUTPUT -> List.of(data, weight);
      case DATA -> List.of(output(), weight);
      case WEIGHT -> List.of(data, output());
    };
    Types.require(in.get(0).shape().equals(wanted.get(0)) && in.get(1).shape().equals(wanted.get(1)), this, in,
        "wants operands of " + wanted.get(0) + " and " + wanted.get(1));
    return List.of(in.getFirst().withShape(switch (role) {
      case OUTPUT -> output();
      case DATA -> data;
      case WEIGHT -> weight;
    }));
  }

  @Override
  public void define(List<Reference> in, List<Reference> out) {
    var x = role == Role.DATA ? out.getFirst() : in.getFirst();
    var w = role == Role.WEIGHT ? out.getFirst() : in.get(1);
    var y = role == Role.OUTPUT ? out.getFirst() : role == Role.DATA ? in.get(0) : in.get(1);
    var from = Geometry.spatial(data);
    var to = geometry.outputs(from);
    var kernel = geometry.kernelShape();
    long perGroup = weight.size(1);
    long filters = weight.size(0) / groups;
    for (long n = 0; n < data.size(0); n++) {
      for (long f = 0; f < weight.size(0); f++) {
        for (long c = 0; c < perGroup; c++) {
          long xBase = (n * data.size(1) + f / filters * perGroup + c) * from.elements();
          long wBase = (f * perGroup + c) * kernel.elements();
          long yBase = (n * weight.size(0) + f) * to.elements();
          plane(x, xBase, w, wBase, y, yBase, from, to, kernel);
        }
      }
    }
  }

  private void plane(Reference x, long xBase, Reference w, long wBase, Reference y, long yBase, Shape from, Shape to,
      Shape kernel) {
    Grid.forEach(to, (o, yAt) -> Grid.forEach(kernel, (k, wAt) -> {
      long at = geometry.position(o, k, from);
      if (at >= 0) {
        switch (role) {
          case OUTPUT -> y.set(yBase + yAt, y.at(yBase + yAt) + x.at(xBase + at) * w.at(wBase + wAt));
          case DATA -> x.set(xBase + at, x.at(xBase + at) + y.at(yBase + yAt) * w.at(wBase + wAt));
          case WEIGHT -> w.set(wBase + wAt, w.at(wBase + wAt) + x.at(xBase + at) * y.at(yBase + yAt));
        }
      }
    }));
  }

  @Override
  public KernelSpec lower(Op.Call call) {
    return KernelSpec.Direct.of(call);
  }

  @Override
  public List<Value> vjp(Builder b, Op.Call call, List<Value> dOut) {
    var d = dOut.getFirst();
    var first = call.in(0);
    var second = call.in(1);
    return switch (role) {
      case OUTPUT -> List.of(as(b, Role.DATA, d, second), as(b, Role.WEIGHT, first, d));
      case DATA -> List.of(as(b, Role.OUTPUT, d, second), as(b, Role.WEIGHT, d, first));
      case WEIGHT -> List.of(as(b, Role.DATA, second, d), as(b, Role.OUTPUT, first, d));
    };
  }

  @Override
  public Value simplify(Builder b, List<Value> in) {
    return geometry.rank() > 2 && data.elements() > 0 ? Volumes.convolve(b, this, in.get(0), in.get(1)) : null;
  }

  private Value as(Builder b, Role other, Value first, Value second) {
    return b.apply(new Convolve(other, data, weight, geometry, groups), first, second);
  }
}
