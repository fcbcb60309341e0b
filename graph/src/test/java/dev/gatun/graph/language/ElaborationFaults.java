package dev.gatun.graph.language;

import java.util.List;

/** Programs that parse and do not elaborate, each with the whole text of what is said about it. */
final class ElaborationFaults {

  static final List<String> ALL = List.of("""
      model m(x: f32[2]) { h = cast(x, bf16); g = gradient(sum(cast(h, f32)), h) }
      ---
      t:1:73: `gradient`: x wants what y was computed from, in floats, found a tensor, bf16[2]
      model m(x: f32[2]) { h = cast(x, bf16); g = gradient(sum(cast(h, f32)), h) }
                                                                              ^ gradient(y, x)""", """
      model m(x: f32[N, 2]) { param w: bf16[2] = 0; y = x * cast(w, f32) }
      ---
      t:1:34: bf16 only stores: no param of it can be trained
      model m(x: f32[N, 2]) { param w: bf16[2] = 0; y = x * cast(w, f32) }
                                       ^^^^ declare it f32 and cast it where it is used: cast(w, bf16)""", """
      model m(f6: f32[N, 84]) {
        logits = f6 |> liner(10)
      }
      ---
      t:2:18: no block, op or shared layer is called `liner`
        logits = f6 |> liner(10)
                       ^^^^^ did you mean `linear`?""", """
      model m(x: f32[N, 3, 8, 8]) {
        x = x |> conv(64, kernal = 3, pad = 1)
      }
      ---
      t:2:21: conv has no argument `kernal`
        x = x |> conv(64, kernal = 3, pad = 1)
                          ^^^^^^ did you mean `kernel`? conv(x, channels, kernel, stride = 1, pad = 0, dilation = 1, \
      groups = 1, bias = true, init = fan_in_uniform())""", """
      block residual(x, channels) {
        y = x |> conv(channels, kernel = 3, pad = 1)
        skip = x
        relu(y + skip)
      }
      model m(x: f32[N, 16, 16, 16]) {
        y = x |> residual(32)
      }
      ---
      t:4:10: `+`: f32[N, 32, 16, 16] and f32[N, 16, 16, 16] do not broadcast: axis 1 is 32 and 16
        relu(y + skip)
               ^ y from 2:3, skip from 3:3; in residual(32), called at 7:12; widen skip with a 1×1 conv""", """
      model m(x: f32[N]) { y = x * one_of(3, [1, 2]) }
      ---
      t:1:37: `one_of`: v wants one of 1, 2, found an int, 3
      model m(x: f32[N]) { y = x * one_of(3, [1, 2]) }
                                          ^ one_of(v, list)""", """
      model m(x: f32[N, 4, 6]) { y = solve(x, x) }
      ---
      t:1:38: argument `a` of solve wants a: [..., D, D], found f32[N, 4, 6]
      model m(x: f32[N, 4, 6]) { y = solve(x, x) }
                                           ^""", """
      model review(x: f32[N, T, 128], length: i32[N]) {
        mask = arange(T) < length[:, none]
        y = x * mask[:, :, none]
      }
      ---
      t:3:9: `*` wants numbers of one dtype, found f32[N, T, 128] and bool[N, T, 1]
        y = x * mask[:, :, none]
              ^ write where(mask[:, :, none], x, 0.0) or cast(…, f32)""", """
      model m(mask: i32[N], loss: f32[]) {
        w = if sum(mask) > 0 { loss } else { 0.0 }
      }
      ---
      t:2:10: `if` is decided when the plan is compiled, found a tensor, bool[]
        w = if sum(mask) > 0 { loss } else { 0.0 }
               ^^^^^^^^^^^^^ to choose between tensors: where(sum(mask) > 0, loss, 0.0)""", """
      block rnn_cell(x: f32[N, T]) {
        param w: f32[T, 64] = normal(0.02)
        x @ w
      }
      model m(token: f32[N, T]) { y = rnn_cell(token) }
      ---
      t:2:16: the shape of a parameter must be known, found the free size T of `token: f32[N, T]` (5:23)
        param w: f32[T, 64] = normal(0.02)
                     ^ use a constant: const length = 32; in rnn_cell, called at 5:33""", """
      block unet(x, width, depth) {
        side = x |> conv(width, kernel = 3, pad = 1)
        if depth == 0 { side } else {
          below = side |> max_pool(2) |> unet(2 * width, depth - 1) |> conv_transpose(width, kernel = 2, stride = 2)
          concat([side, below], axis = 1)
        }
      }
      model cells(image: f32[N, 1, H, 64]) {
        logits = image |> unet(4, 4)
      }
      ---
      t:5:5: with H = 50: concat(axis = 1): axis 2 must agree, found 25 and 24
          concat([side, below], axis = 1)
          ^^^^^^ 48 and 64 would do; in unet(8, 3), called at 4:36, in unet(4, 4), called at 9:21""", """
      shared generate = linear(3); shared judge = linear(1)
      model m(x: f32[N, 4]) { loss = mean(judge(generate(x))) }
      train m {
        step critic { minimize loss; parameters = "critic.*" }
      }
      ---
      t:4:45: no parameter is named like "critic.*"
        step critic { minimize loss; parameters = "critic.*" }
                                                  ^^^^^^^^^^ this model has generate.*, judge.*""", """
      model m(x: f32[N, 4], y: f32[1, 4]) { z = x + y; w = y + x[0:1]; v = x + x[:, :1]; u = gradient(x, y) }
      ---
      t:1:97: `gradient`: y wants one number: a tensor of floats without axes, found a tensor, f32[N, 4]
      model m(x: f32[N, 4], y: f32[1, 4]) { z = x + y; w = y + x[0:1]; v = x + x[:, :1]; u = gradient(x, y) }
                                                                                                      ^ gradient(y, x)""", """
      model m(x: f32[N, 4], y: f32[B, 4]) { z = x + y }
      ---
      t:1:45: `+`: f32[N, 4] and f32[B, 4] do not broadcast: axis 0 is 50 and 1
      model m(x: f32[N, 4], y: f32[B, 4]) { z = x + y }
                                                  ^ x from 1:9, y from 1:23; a free size never stretches, even where it \
      is 1""", """
      model m(x: f32[N, 4]) { y = linear(x) }
      ---
      t:1:29: linear needs the argument `size`
      model m(x: f32[N, 4]) { y = linear(x) }
                                  ^^^^^^ linear(x, size, bias = true, init = fan_in_uniform())""", """
      model m(x: i32[N, 4]) { y = linear(x, 3) }
      ---
      t:1:36: argument `x` of linear wants x: f32[..., C], found i32[N, 4]
      model m(x: i32[N, 4]) { y = linear(x, 3) }
                                         ^ cast(…, f32)""", """
      model m(x: f32[N, 3, 8, 8]) { y = x |> conv(4, kernel = 9) }
      ---
      t:1:40: `convolve`: a kernel of 9 does not fit into f32[N, 3, 8, 8] along axis 2
      model m(x: f32[N, 3, 8, 8]) { y = x |> conv(4, kernel = 9) }
                                             ^^^^ pad, or a smaller kernel; in conv(4) (library/layers.gat:13:7)""", """
      block f(x) { f(x) }
      model m(x: f32[N]) { y = f(x) }
      ---
      t:1:14: calls nest more than 200 deep
      block f(x) { f(x) }
                   ^ is a recursion without end?; in f, called at 1:14, in f, called at 1:14, in f, called at 1:14, \
      in f, called at 1:14, …""", """
      model m(x: f32[N, T]) {
        y, h = scan xt in x, h = zeros([3]) { h = concat([h, h], axis = 0); xt }
      }
      ---
      t:2:24: what a scan carries keeps its type: `h` begins as f32[3] and goes on as f32[6]
        y, h = scan xt in x, h = zeros([3]) { h = concat([h, h], axis = 0); xt }
                             ^^^^^^^^^^^^^^""", """
      model m(x: f32[N]) { a, b = split(x, 3, axis = 0) }
      ---
      t:1:38: `split`: parts wants parts that make up axis 0 of f32[N] exactly, found an int, 3
      model m(x: f32[N]) { a, b = split(x, 3, axis = 0) }
                                           ^ split(x, parts, axis)""", """
      model m(x: f32[N]) { y = x + 7 / 2 }
      ---
      t:1:32: `/` on ints must be exact, found 7 / 2
      model m(x: f32[N]) { y = x + 7 / 2 }
                                     ^ `//` floors; a float divides freely""", """
      model m(x: f32[N]) { y = lenght(x); z = whidth; w = y + z; output v = w + 2 ^ 99; output u = x }
      ---
      t:1:26: no block, op or shared layer is called `lenght`
      model m(x: f32[N]) { y = lenght(x); z = whidth; w = y + z; output v = w + 2 ^ 99; output u = x }
                               ^^^^^^
      t:1:41: nothing is called `whidth`
      model m(x: f32[N]) { y = lenght(x); z = whidth; w = y + z; output v = w + 2 ^ 99; output u = x }
                                              ^^^^^^""", """
      model m(x: f32[N]) { z = gather(tensor([1.0, 2.0]), tensor([0, 2], dtype = i32)) }
      ---
      t:1:26: `gather`: gather(axis=0, batch=0): index 2 is not in 0..1
      model m(x: f32[N]) { z = gather(tensor([1.0, 2.0]), tensor([0, 2], dtype = i32)) }
                               ^^^^^^ gather(x, index, axis = 0, batch = 0)""", """
      const width = 3
      model m(x: f32[N]) { z = widht }
      ---
      t:2:26: nothing is called `widht`
      model m(x: f32[N]) { z = widht }
                               ^^^^^ did you mean `width`?""", """
      const width = depth
      const depth = width
      model m(x: f32[N]) { z = x }
      ---
      t:1:15: `depth` has no value yet: it is declared further down
      const width = depth
                    ^^^^^ a constant may use those above it""", """
      shared embed = embedding(10, 4)
      model m(x: i32[N]) { z = transpose(embed.weight); y = embed(x) }
      ---
      t:1:42: `embed` has no parameter `weight`
      """.replace("t:1:42", "t:2:42") + """
      model m(x: i32[N]) { z = transpose(embed.weight); y = embed(x) }
                                               ^^^^^^ it has parameters after its first call, and 2:36 comes before""", """
      shared same = linear(4)
      model m(x: f32[N, 4], y: f32[N, 5]) { a = same(x); b = same(y) }
      ---
      t:2:56: the first call made same.weight as f32[4, 4], this one needs f32[4, 5]
      model m(x: f32[N, 4], y: f32[N, 5]) { a = same(x); b = same(y) }
                                                             ^^^^ two layers with shapes of their own need two names; \
      in same (library/layers.gat:4:17)""", """
      model m(x: f32[N, 4]) { for i in range(1_000_000) { for j in range(1_000_000) { k = i } } }
      ---
      t:1:62: this program does not come to an end: after 5000000 steps it is still at work
      model m(x: f32[N, 4]) { for i in range(1_000_000) { for j in range(1_000_000) { k = i } } }
                                                                   ^^^^^^^^^^^^^^^^""");

  private ElaborationFaults() {}
}
