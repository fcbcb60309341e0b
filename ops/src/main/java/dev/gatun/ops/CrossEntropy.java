package dev.gatun.ops;

import java.util.List;

/**
 * −Σ t · log_softmax(logits) along {@code axis}, where t puts 1 − smoothing on the label and spreads smoothing evenly;
 * one number for each label. An i32 label outside the classes (an ignore index, say) gives 0.
 */
public record CrossEntropy(int axis, double smoothing) implements Op.Composite {
  @Override
  public List<Value> expand(Builder b, List<Value> in) {
    var logits = in.get(0);
    var label = in.get(1);
    long classes = logits.shape().size(axis);
    var logs = b.apply(new LogSoftmax(axis), logits);
    var labels = b.broadcast(b.reshape(label, Types.with(logits.shape(), axis, 1)), logits.shape());
    var position = b.index(logits.shape(), axis);
    var hit = b.equal(labels, position);
    var loss = b.select(hit, b.mul(logs, smoothing - 1), b.like(logs, 0));
    if (smoothing != 0) {
      var inside = b.and(b.greaterEqual(labels, b.like(labels, 0)), b.less(labels, b.like(labels, classes)));
      loss = b.add(loss, b.select(inside, b.mul(logs, -smoothing / classes), b.like(logs, 0)));
    }
    return List.of(b.sum(loss, List.of(axis), false));
  }
}
