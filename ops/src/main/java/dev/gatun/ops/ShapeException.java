package dev.gatun.ops;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An op was applied to operands that its type rule refuses. The message names the op with its attributes, the rule and
 * every operand; mend it by changing the operand that breaks the rule.
 */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient Op op;
  private final transient List<TensorType> operands;
  private final String rule;

  public ShapeException(Op op, List<TensorType> operands, String rule) {
    super(op.label() + ": " + rule
        + operands.stream().map(TensorType::toString).collect(Collectors.joining(", ", ", got ", "")));
    this.op = op;
    this.operands = List.copyOf(operands);
    this.rule = rule;
  }

  public Op op() {
    return op;
  }

  public List<TensorType> operands() {
    return operands;
  }

  /** The rule that was broken, without op and operands. */
  public String rule() {
    return rule;
  }
}
