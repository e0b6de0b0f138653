//! Recurrent layers, one direction at a time. Formulas stand in `ops::recurrent`.

use super::gemm::{Matrix, gemm, gemm_parallel};
use super::math::{sigmoid, tanh};

/// What a step computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// `tanh` alone.
    Rnn,
    /// Gates i, f, g, o.
    Lstm,
    /// Gates r, z, n.
    Gru,
}

impl Cell {
    /// How many vectors of the state's length a step computes from its inputs.
    pub fn gates(self) -> usize {
        match self {
            Cell::Rnn => 1,
            Cell::Lstm => 4,
            Cell::Gru => 3,
        }
    }
}

/// The weights of a direction.
#[derive(Clone, Copy, Debug)]
pub struct Weights<'a> {
    /// `[gates * hidden, features]`.
    pub ih: &'a [f32],
    /// `[gates * hidden, hidden]`.
    pub hh: &'a [f32],
    /// Of the input and of the state, `[gates * hidden]` each.
    pub biases: Option<(&'a [f32], &'a [f32])>,
}

/// A layer that reads `[batch, steps, features]` in one direction.
#[derive(Clone, Copy, Debug)]
pub struct Recurrent {
    /// What a step computes.
    pub cell: Cell,
    /// Examples.
    pub batch: usize,
    /// Steps of each.
    pub steps: usize,
    /// Numbers of each step.
    pub features: usize,
    /// The length of the state.
    pub hidden: usize,
}

impl Recurrent {
    fn width(&self) -> usize {
        self.cell.gates() * self.hidden
    }

    fn rows(&self) -> usize {
        self.batch * self.steps
    }

    /// What forward leaves for backward, by example and step: the gates after their
    /// nonlinearities; an LSTM's memory, or what a GRU's reset gate multiplies; the states.
    pub fn saved(&self) -> Vec<usize> {
        let extra = if self.cell == Cell::Rnn { 0 } else { self.rows() * self.hidden };
        vec![self.rows() * self.width(), extra, self.rows() * self.hidden]
    }

    /// Scratch of forward.
    pub fn forward_scratch(&self) -> usize {
        self.batch * (self.width() + 2 * self.hidden)
    }

    /// Scratch of backward; it begins with the gradients of the gates.
    pub fn backward_scratch(&self) -> usize {
        self.rows() * self.width() + self.batch * (self.width() + 3 * self.hidden)
    }

    /// The place in the sequence of step `s`.
    pub fn time(&self, reverse: bool, s: usize) -> usize {
        if reverse { self.steps - 1 - s } else { s }
    }

    /// Runs all steps; `saved` as [`Recurrent::saved`] lists them.
    pub fn forward(
        &self,
        reverse: bool,
        x: &[f32],
        weights: &Weights<'_>,
        (gates, extra, states): (&mut [f32], &mut [f32], &mut [f32]),
        scratch: &mut [f32],
    ) {
        let (width, hidden) = (self.width(), self.hidden);
        let ih = Matrix::row_major(weights.ih, width, self.features).transposed();
        gemm_parallel(Matrix::row_major(x, self.rows(), self.features), ih, 0.0, gates);
        if let Some((bias, _)) = weights.biases {
            gates.chunks_exact_mut(width).for_each(|row| add(row, bias));
        }
        let (product, rest) = scratch.split_at_mut(self.batch * width);
        let (before, rest) = rest.split_at_mut(self.batch * hidden);
        let memory = &mut rest[..self.batch * hidden];
        before.fill(0.0);
        memory.fill(0.0);
        for s in 0..self.steps {
            let hh = Matrix::row_major(weights.hh, width, hidden).transposed();
            gemm(Matrix::row_major(before, self.batch, hidden), hh, 0.0, product);
            if let Some((_, bias)) = weights.biases {
                product.chunks_exact_mut(width).for_each(|row| add(row, bias));
            }
            for n in 0..self.batch {
                let row = n * self.steps + self.time(reverse, s);
                let extra = extra.get_mut(row * hidden..(row + 1) * hidden).unwrap_or_default();
                let before = &mut before[n * hidden..][..hidden];
                let (a, r) = (&mut gates[row * width..][..width], &product[n * width..][..width]);
                self.step(a, r, before, &mut memory[n * hidden..][..hidden], extra);
                states[row * hidden..][..hidden].copy_from_slice(before);
            }
        }
    }

    /// One step of one example: `a` becomes the gates, `h` and `c` the new state and memory.
    fn step(&self, a: &mut [f32], r: &[f32], h: &mut [f32], c: &mut [f32], extra: &mut [f32]) {
        let hidden = self.hidden;
        for j in 0..hidden {
            let gate = |k: usize| k * hidden + j;
            match self.cell {
                Cell::Rnn => {
                    a[j] = tanh(a[j] + r[j]);
                    h[j] = a[j];
                }
                Cell::Lstm => {
                    let [i, f, g, o] = [0, 1, 2, 3].map(|k| a[gate(k)] + r[gate(k)]);
                    let (i, f, g, o) = (sigmoid(i), sigmoid(f), tanh(g), sigmoid(o));
                    c[j] = f * c[j] + i * g;
                    h[j] = o * tanh(c[j]);
                    extra[j] = c[j];
                    [i, f, g, o].into_iter().enumerate().for_each(|(k, v)| a[gate(k)] = v);
                }
                Cell::Gru => {
                    let [reset, z] = [0, 1].map(|k| sigmoid(a[gate(k)] + r[gate(k)]));
                    extra[j] = r[gate(2)];
                    let n = tanh(a[gate(2)] + reset * extra[j]);
                    h[j] = (1.0 - z) * n + z * h[j];
                    [reset, z, n].into_iter().enumerate().for_each(|(k, v)| a[gate(k)] = v);
                }
            }
        }
    }

    /// The gradients of the parameters (`weight_ih`, `weight_hh`, then the biases), added to
    /// what is there. `outside(n, s)` is the gradient of the state of example `n` after step `s`
    /// that comes from the output. `scratch` keeps what [`Recurrent::pull_input`] reads.
    #[allow(clippy::too_many_arguments)]
    pub fn backward<'g>(
        &self,
        reverse: bool,
        x: &[f32],
        weights: &Weights<'_>,
        (gates, extra, states): (&[f32], &[f32], &[f32]),
        outside: impl Fn(usize, usize) -> Option<&'g [f32]>,
        scratch: &mut [f32],
        grads: &mut [Option<&mut [f32]>],
    ) {
        let (width, hidden, batch) = (self.width(), self.hidden, self.batch);
        let (of_gates, rest) = scratch.split_at_mut(self.rows() * width);
        let (of_product, rest) = rest.split_at_mut(batch * width);
        let (of_state, rest) = rest.split_at_mut(batch * hidden);
        let (of_memory, rest) = rest.split_at_mut(batch * hidden);
        let before = &mut rest[..batch * hidden];
        of_state.fill(0.0);
        of_memory.fill(0.0);
        for s in (0..self.steps).rev() {
            for n in 0..batch {
                let row = n * self.steps + self.time(reverse, s);
                let last = (s > 0).then(|| n * self.steps + self.time(reverse, s - 1));
                let h = &mut before[n * hidden..][..hidden];
                match last {
                    Some(last) => h.copy_from_slice(&states[last * hidden..][..hidden]),
                    None => h.fill(0.0),
                }
                let of_h = &mut of_state[n * hidden..][..hidden];
                if let Some(d) = outside(n, s) {
                    add(of_h, d);
                }
                let step = Step {
                    gates: &gates[row * width..][..width],
                    extra: extra.get(row * hidden..(row + 1) * hidden).unwrap_or_default(),
                    memory: last.and_then(|last| extra.get(last * hidden..(last + 1) * hidden)),
                    before: h,
                };
                let (a, r) = (&mut of_gates[row * width..][..width], &mut of_product[n * width..][..width]);
                self.pull(&step, of_h, &mut of_memory[n * hidden..][..hidden], a, r);
            }
            let of_r = Matrix::row_major(of_product, batch, width);
            if let Some(grad) = &mut grads[1] {
                gemm(of_r.transposed(), Matrix::row_major(before, batch, hidden), 1.0, grad);
            }
            if let Some(Some(grad)) = grads.get_mut(3) {
                of_product.chunks_exact(width).for_each(|row| add(grad, row));
            }
            gemm(of_r, Matrix::row_major(weights.hh, width, hidden), 1.0, of_state);
        }
        if let Some(grad) = &mut grads[0] {
            let of_a = Matrix::row_major(of_gates, self.rows(), width).transposed();
            gemm_parallel(of_a, Matrix::row_major(x, self.rows(), self.features), 1.0, grad);
        }
        if let Some(Some(grad)) = grads.get_mut(2) {
            of_gates.chunks_exact(width).for_each(|row| add(grad, row));
        }
    }

    /// One step of one example backwards. `of_h` is the gradient of the new state, and becomes
    /// that of the old one but for what passes through `W_hh`; `of_c` likewise for the memory.
    /// `a` and `r` get the gradients of the products of the input and of the state.
    fn pull(&self, step: &Step<'_>, of_h: &mut [f32], of_c: &mut [f32], a: &mut [f32], r: &mut [f32]) {
        let hidden = self.hidden;
        for j in 0..hidden {
            let gate = |k: usize| step.gates[k * hidden + j];
            let d = of_h[j];
            match self.cell {
                Cell::Rnn => {
                    a[j] = d * (1.0 - gate(0) * gate(0));
                    r[j] = a[j];
                    of_h[j] = 0.0;
                }
                Cell::Lstm => {
                    let (i, f, g, o) = (gate(0), gate(1), gate(2), gate(3));
                    let (t, old) = (tanh(step.extra[j]), step.memory.map_or(0.0, |m| m[j]));
                    let dc = of_c[j] + d * o * (1.0 - t * t);
                    let pulled = [
                        dc * g * i * (1.0 - i),
                        dc * old * f * (1.0 - f),
                        dc * i * (1.0 - g * g),
                        d * t * o * (1.0 - o),
                    ];
                    for (k, v) in pulled.into_iter().enumerate() {
                        a[k * hidden + j] = v;
                        r[k * hidden + j] = v;
                    }
                    of_c[j] = dc * f;
                    of_h[j] = 0.0;
                }
                Cell::Gru => {
                    let (reset, z, n) = (gate(0), gate(1), gate(2));
                    let dn = d * (1.0 - z) * (1.0 - n * n);
                    let dz = d * (step.before[j] - n) * z * (1.0 - z);
                    let dr = dn * step.extra[j] * reset * (1.0 - reset);
                    for (k, v, w) in [(0, dr, dr), (1, dz, dz), (2, dn, dn * reset)] {
                        a[k * hidden + j] = v;
                        r[k * hidden + j] = w;
                    }
                    of_h[j] = d * z;
                }
            }
        }
    }

    /// The gradient of the input, after [`Recurrent::backward`] with the same scratch; added
    /// where another direction has written its own.
    pub fn pull_input(&self, weights: &Weights<'_>, scratch: &[f32], added: bool, grad: &mut [f32]) {
        let of_a = Matrix::row_major(&scratch[..self.rows() * self.width()], self.rows(), self.width());
        let beta = if added { 1.0 } else { 0.0 };
        gemm_parallel(of_a, Matrix::row_major(weights.ih, self.width(), self.features), beta, grad);
    }
}

/// What forward left of one step of one example.
struct Step<'a> {
    gates: &'a [f32],
    extra: &'a [f32],
    /// The memory before; none at the first step.
    memory: Option<&'a [f32]>,
    /// The state before.
    before: &'a [f32],
}

fn add(y: &mut [f32], x: &[f32]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += x);
}
