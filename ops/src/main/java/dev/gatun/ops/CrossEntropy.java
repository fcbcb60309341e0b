package dev.gatun.ops;

import java.util.List;

/**
 * −Σ t · log_softmax(logits) along {@code axis}, where t puts 1 − smoothing on the label and spreads smoothing evenly;
 * one number for each i32 label; NaN where the label is none of the classes, so that such data does not go unseen.
 */
public record CrossEntropy(int axis, double smoothing) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var logits = in.get(0);
    var label = in.get(1);
    long classes = logits.shape().size(axis);
    var logs = b.apply(new LogSoftmax(axis), logits);
    var column = b.reshape(label, Types.with(logits.shape(), axis, 1));
    var hit = b.equal(b.broadcast(column, logits.shape()), b.index(logits.shape(), axis));
    var loss = b.select(hit, b.mul(logs, smoothing - 1), b.like(logs, 0));
    if (smoothing != 0) {
      loss = b.add(loss, b.mul(logs, -smoothing / classes));
    }
    var sum = b.sum(loss, List.of(axis), true);
    var inside = b.and(b.greaterEqual(column, b.like(column, 0)), b.less(column, b.like(column, classes)));
    var checked = b.add(sum, b.select(inside, b.like(sum, 0), b.like(sum, Double.NaN)));
    return List.of(b.reshape(checked, label.shape()));
  }
}
