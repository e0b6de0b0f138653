//! Max pools with the ReLU before them: the greatest of rectified values is the rectified greatest
//! one, so that the ReLU is done to the pool's output, which is the smaller of the two. Values and
//! gradients are the same; where all of a window is rectified to zero, so is its gradient.

use crate::kernels::elementwise;

use super::activation::{Pointwise, Relu};
use super::lower::{Backward, Forward, Kernel, Needs, Workspace};

/// A max pool whose output is rectified.
pub struct Rectified {
    pool: Box<dyn Kernel>,
    /// Elements of the output.
    len: usize,
}

impl Rectified {
    /// `pool`, whose output has `len` elements, and a ReLU.
    pub fn new(pool: Box<dyn Kernel>, len: usize) -> Self {
        Self { pool, len }
    }
}

impl Kernel for Rectified {
    fn workspace(&self) -> Workspace {
        let pool = self.pool.workspace();
        Workspace { backward: self.len + pool.backward, ..pool }
    }

    fn needs(&self) -> Needs {
        Needs { output: true, ..self.pool.needs() }
    }

    fn reads_input(&self, slot: usize) -> bool {
        self.pool.reads_input(slot)
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        self.pool.forward(Forward {
            inputs: f.inputs,
            params: f.params,
            state: f.state,
            output: &mut *f.output,
            packed: f.packed,
            saved: f.saved,
            scratch: f.scratch,
            noise: f.noise,
        });
        elementwise::map(&[], f.output, |x| Relu {}.value(x));
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let (passed, scratch) = b.scratch.split_at_mut(self.len);
        elementwise::zip(b.output, b.grad_output, passed, |y, d| Relu {}.pull(y, d));
        self.pool.backward(Backward { grad_output: passed, scratch, ..b });
    }
}
