//! The transforms of weights, of inputs and of products, all with the matrices of Lavin and Gray
//! (2016) for the points 0, 1, -1 (and 2, -2) and infinity.

use super::super::vector::{Vector, dispatch};

/// The three taps of a row or column, transformed.
///
/// # Safety
/// The machine has the instructions, here as below.
#[inline(always)]
unsafe fn taps_two<V: Vector>([a, b, c]: [V; 3]) -> [V; 4] {
    // SAFETY: by contract.
    unsafe {
        let (half, ends) = (V::splat(0.5), a.add(c));
        [a, ends.add(b).mul(half), ends.sub(b).mul(half), c]
    }
}

/// # Safety
/// As [`taps_two`].
#[inline(always)]
unsafe fn taps_four<V: Vector>([a, b, c]: [V; 3]) -> [V; 6] {
    // SAFETY: by contract.
    unsafe {
        let (sixth, ends) = (V::splat(-1.0 / 6.0), a.add(c));
        let (far, odd) = (V::fma(a, V::splat(1.0 / 24.0), c.mul(V::splat(1.0 / 6.0))), b.mul(V::splat(1.0 / 12.0)));
        [a.mul(V::splat(0.25)), ends.add(b).mul(sixth), ends.sub(b).mul(sixth), far.add(odd), far.sub(odd), c]
    }
}

macro_rules! transform_taps {
    ($name:ident, $generic:ident, $taps:ident, $size:literal) => {
        /// `G g G'` of the kernels of one channel, a lane each, which lie tap by tap.
        ///
        /// # Safety
        /// As [`taps_two`].
        #[inline(always)]
        unsafe fn $generic<V: Vector>(g: *const f32, lanes: usize, out: *mut f32, element: usize) {
            // SAFETY: by contract.
            unsafe {
                for at in (0..lanes).step_by(V::LANES) {
                    let mut half = [[V::splat(0.0); 3]; $size];
                    for col in 0..3 {
                        let tap = |row: usize| V::load(g.add((row * 3 + col) * lanes + at));
                        let column = $taps([tap(0), tap(1), tap(2)]);
                        for row in 0..$size {
                            half[row][col] = column[row];
                        }
                    }
                    for row in 0..$size {
                        let all = $taps(half[row]);
                        for col in 0..$size {
                            all[col].store(out.add((row * $size + col) * element + at));
                        }
                    }
                }
            }
        }

        dispatch!(
            /// `G g G'` of the kernels of `lanes` output channels and one input channel, from
            /// `[9][lanes]` to elements that are `element` floats apart.
            ///
            /// # Safety
            /// Both are whole, and lanes are whole vectors.
            pub(super) $name => $generic(g: *const f32, lanes: usize, out: *mut f32, element: usize)
        );
    };
}

transform_taps!(weights_two, weights_of_two, taps_two, 4);
transform_taps!(weights_four, weights_of_four, taps_four, 6);

/// What a tile reads.
pub(super) struct Patch {
    /// One block of channels of an image.
    pub x: *const f32,
    /// Rows and columns of it.
    pub size: (i64, i64),
    /// Where the tile begins, perhaps before the map.
    pub row: i64,
    pub col: i64,
}

/// Where outputs go.
pub(super) struct Out {
    pub y: *mut f32,
    pub residual: *const f32,
    pub bias: *const f32,
    /// Floats between rows.
    pub row: usize,
    /// Rows and columns that are inside the map.
    pub size: (usize, usize),
    pub bounds: (f32, f32),
}

/// Reads column `j` of `N` vectors; those outside the map are zero.
///
/// # Safety
/// The map is whole, and so is the column where `INSIDE`; the machine has the instructions, here
/// as below.
#[inline(always)]
unsafe fn read<V: Vector, const N: usize, const INSIDE: bool>(p: &Patch, j: usize) -> [V; N] {
    let col = p.col + j as i64;
    // SAFETY: by contract, and only vectors inside the map are read.
    unsafe {
        let mut d = [V::splat(0.0); N];
        for (i, d) in d.iter_mut().enumerate() {
            let row = p.row + i as i64;
            if INSIDE || row >= 0 && row < p.size.0 && col >= 0 && col < p.size.1 {
                *d = V::load(p.x.add((row * p.size.1 + col) as usize * V::LANES));
            }
        }
        d
    }
}

/// # Safety
/// As [`read`].
#[inline(always)]
unsafe fn inputs_two<V: Vector>(d: [V; 4]) -> [V; 4] {
    // SAFETY: by contract.
    unsafe { [d[0].sub(d[2]), d[1].add(d[2]), d[2].sub(d[1]), d[1].sub(d[3])] }
}

/// # Safety
/// As [`read`].
#[inline(always)]
unsafe fn inputs_four<V: Vector>(d: [V; 6]) -> [V; 6] {
    // SAFETY: by contract.
    unsafe {
        let (two, four, five) = (V::splat(2.0), V::splat(4.0), V::splat(-5.0));
        let minus = V::splat(-4.0);
        let (a, b) = (V::fma(minus, d[2], d[4]), V::fma(minus, d[1], d[3]));
        let (c, e) = (d[4].sub(d[2]), two.mul(d[3].sub(d[1])));
        [
            V::fma(four, d[0], V::fma(five, d[2], d[4])),
            a.add(b),
            a.sub(b),
            c.add(e),
            c.sub(e),
            V::fma(four, d[1], V::fma(five, d[3], d[5])),
        ]
    }
}

macro_rules! transform {
    ($name:ident, $generic:ident, $part:ident, $along:ident, $n:literal) => {
        dispatch!(
            /// # Safety
            /// The map is whole, and `v` has room for all elements.
            pub(super) $name => $generic(p: &Patch, v: *mut f32, element: usize)
        );

        /// # Safety
        /// As the function for any machine.
        #[inline(always)]
        unsafe fn $generic<V: Vector>(p: &Patch, v: *mut f32, element: usize) {
            let inside = p.row >= 0 && p.col >= 0 && p.row + $n <= p.size.0 && p.col + $n <= p.size.1;
            // SAFETY: by contract.
            unsafe {
                match inside {
                    true => $part::<V, true>(p, v, element),
                    false => $part::<V, false>(p, v, element),
                }
            }
        }

        /// `B' d B`: along columns, then along rows.
        ///
        /// # Safety
        /// As above, and the patch is inside the map where `INSIDE`.
        #[inline(always)]
        unsafe fn $part<V: Vector, const INSIDE: bool>(p: &Patch, v: *mut f32, element: usize) {
            // SAFETY: by contract.
            unsafe {
                let mut half = [[V::splat(0.0); $n]; $n];
                for j in 0..$n {
                    half[j] = $along::<V>(read::<V, $n, INSIDE>(p, j));
                }
                for i in 0..$n {
                    let mut row = [V::splat(0.0); $n];
                    for j in 0..$n {
                        row[j] = half[j][i];
                    }
                    let row = $along::<V>(row);
                    for j in 0..$n {
                        row[j].store(v.add((i * $n + j) * element));
                    }
                }
            }
        }
    };
}

transform!(transform_two, transform_two_of, transform_two_at, inputs_two, 4);
transform!(transform_four, transform_four_of, transform_four_at, inputs_four, 6);

/// # Safety
/// As [`read`].
#[inline(always)]
unsafe fn outputs_two<V: Vector>(m: [V; 4]) -> [V; 2] {
    // SAFETY: by contract.
    unsafe { [m[0].add(m[1]).add(m[2]), m[1].sub(m[2]).sub(m[3])] }
}

/// # Safety
/// As [`read`].
#[inline(always)]
unsafe fn outputs_four<V: Vector>(m: [V; 6]) -> [V; 4] {
    // SAFETY: by contract.
    unsafe {
        let (a, b) = (m[1].add(m[2]), m[1].sub(m[2]));
        let (c, d) = (m[3].add(m[4]), m[3].sub(m[4]));
        [
            m[0].add(a).add(c),
            V::fma(V::splat(2.0), d, b),
            V::fma(V::splat(4.0), c, a),
            V::fma(V::splat(8.0), d, b).add(m[5]),
        ]
    }
}

macro_rules! finish {
    ($name:ident, $generic:ident, $part:ident, $along:ident, $n:literal, $m:literal) => {
        dispatch!(
            /// # Safety
            /// All elements are there, and the outputs may be written.
            pub(super) $name => $generic(m: *const f32, element: usize, out: &Out)
        );

        /// # Safety
        /// As the function for any machine.
        #[inline(always)]
        unsafe fn $generic<V: Vector>(m: *const f32, element: usize, out: &Out) {
            // SAFETY: by contract.
            unsafe {
                let whole = out.size.0 == $m && out.size.1 == $m;
                match (whole, out.residual.is_null()) {
                    (true, true) => $part::<V, true, false>(m, element, out),
                    (true, false) => $part::<V, true, true>(m, element, out),
                    (false, true) => $part::<V, false, false>(m, element, out),
                    (false, false) => $part::<V, false, true>(m, element, out),
                }
            }
        }

        /// `A' m A`, and what follows.
        ///
        /// # Safety
        /// As above; the tile is inside the map where `WHOLE`, and there is a residual where
        /// `ADD`.
        #[inline(always)]
        unsafe fn $part<V: Vector, const WHOLE: bool, const ADD: bool>(m: *const f32, element: usize, out: &Out) {
            // SAFETY: by contract.
            unsafe {
                let mut half = [[V::splat(0.0); $n]; $m];
                for j in 0..$n {
                    let mut column = [V::splat(0.0); $n];
                    for i in 0..$n {
                        column[i] = V::load(m.add((i * $n + j) * element));
                    }
                    let column = $along::<V>(column);
                    for i in 0..$m {
                        half[i][j] = column[i];
                    }
                }
                let bias = V::load(out.bias);
                let (low, high) = (V::splat(out.bounds.0), V::splat(out.bounds.1));
                for i in 0..$m {
                    let row = $along::<V>(half[i]);
                    for j in 0..$m {
                        if WHOLE || i < out.size.0 && j < out.size.1 {
                            let at = i * out.row + j * V::LANES;
                            let mut value = row[j].add(bias);
                            if ADD {
                                value = value.add(V::load(out.residual.add(at)));
                            }
                            high.min(low.max(value)).store(out.y.add(at));
                        }
                    }
                }
            }
        }
    };
}

finish!(finish_two, finish_two_of, finish_two_at, outputs_two, 4, 2);
finish!(finish_four, finish_four_of, finish_four_at, outputs_four, 6, 4);
