//! L-BFGS with a line search for the strong Wolfe conditions.
//!
//! Nocedal and Wright 2006, "Numerical Optimization": the two-loop recursion is algorithm 7.4,
//! the line search 3.5 and 3.6 with the cubic of equation 3.59.

use std::collections::VecDeque;

use crate::kernels::reduce;

/// Sufficient decrease.
const C1: f64 = 1e-4;
/// Curvature.
const C2: f64 = 0.9;
/// The most evaluations of one line search.
const EVALUATIONS: usize = 25;
/// Curvature below which a pair of changes says nothing.
const LEAST_CURVATURE: f64 = 1e-10;

/// What is minimised: fills in the gradient at a point and returns the value.
pub type Objective<'a> = dyn FnMut(&[f32], &mut [f32]) -> f64 + 'a;

/// The state of a descent.
pub struct Lbfgs {
    history: usize,
    pairs: VecDeque<Pair>,
    /// The value at the current point; none before the first step.
    value: Option<f64>,
    gradient: Vec<f32>,
    direction: Vec<f32>,
    /// A point that is tried, and its gradient.
    trial: Vec<f32>,
    trial_gradient: Vec<f32>,
    /// The gradient at the best point of a line search.
    best_gradient: Vec<f32>,
}

/// A step and the change of the gradient along it.
struct Pair {
    step: Vec<f32>,
    change: Vec<f32>,
    /// One over their product.
    rho: f64,
}

/// A step length that was tried, with the value there and its slope along the direction.
#[derive(Clone, Copy, Debug)]
struct Try {
    length: f64,
    value: f64,
    slope: f64,
}

impl Lbfgs {
    /// A descent in this many dimensions that remembers `history` steps.
    pub fn new(len: usize, history: usize) -> Self {
        let zeros = || vec![0.0; len];
        Self {
            history: history.max(1),
            pairs: VecDeque::new(),
            value: None,
            gradient: zeros(),
            direction: zeros(),
            trial: zeros(),
            trial_gradient: zeros(),
            best_gradient: zeros(),
        }
    }

    /// The bytes that a descent takes.
    pub fn bytes(len: usize, history: usize) -> u64 {
        let arrays = (history.max(1) as u64).saturating_mul(2).saturating_add(5);
        (len as u64).saturating_mul(4).saturating_mul(arrays)
    }

    /// Takes one step: a direction and a search along it. Returns whether the point moved; it
    /// does not where the gradient is zero, or no lower value was found.
    pub fn step(&mut self, x: &mut [f32], objective: &mut Objective<'_>) -> bool {
        let value = match self.value {
            Some(value) => value,
            None => objective(x, &mut self.gradient),
        };
        self.value = Some(value);
        let mut slope = self.find_direction();
        if slope >= 0.0 {
            // Rounding has spoilt the model of the curvature.
            self.pairs.clear();
            slope = self.find_direction();
        }
        if !slope.is_finite() || slope >= 0.0 {
            return false;
        }
        let first = match self.pairs.is_empty() {
            true => (1.0 / sum(&self.gradient, |g| g.abs())).min(1.0),
            false => 1.0,
        };
        let start = Try { length: 0.0, value, slope };
        let found = self.search(x, start, first, objective);
        if found.length == 0.0 {
            // Steepest descent may find what the model did not.
            let again = !self.pairs.is_empty();
            self.pairs.clear();
            return again && self.step(x, objective);
        }
        self.remember(found.length);
        let direction = &self.direction;
        x.iter_mut().zip(direction).for_each(|(x, d)| *x += (found.length * f64::from(*d)) as f32);
        self.value = Some(found.value);
        std::mem::swap(&mut self.gradient, &mut self.best_gradient);
        true
    }

    /// Sets the direction to minus the inverse Hessian's model times the gradient; returns the
    /// slope along it.
    fn find_direction(&mut self) -> f64 {
        let Self { pairs, gradient, direction, .. } = self;
        direction.iter_mut().zip(&*gradient).for_each(|(d, g)| *d = -g);
        let mut shares = Vec::with_capacity(pairs.len());
        for pair in pairs.iter().rev() {
            let share = pair.rho * dot(&pair.step, direction);
            add(direction, -share, &pair.change);
            shares.push(share);
        }
        if let Some(last) = pairs.back() {
            let scale = (1.0 / (last.rho * dot(&last.change, &last.change))) as f32;
            direction.iter_mut().for_each(|d| *d *= scale);
        }
        for (pair, share) in pairs.iter().zip(shares.iter().rev()) {
            let correction = share - pair.rho * dot(&pair.change, direction);
            add(direction, correction, &pair.step);
        }
        dot(gradient, direction)
    }

    /// Notes a step of this length along the direction to the point of the best gradient.
    fn remember(&mut self, length: f64) {
        let step: Vec<f32> = self.direction.iter().map(|d| (length * f64::from(*d)) as f32).collect();
        let change: Vec<f32> = self.best_gradient.iter().zip(&self.gradient).map(|(new, old)| new - old).collect();
        let curvature = dot(&step, &change);
        if curvature > LEAST_CURVATURE {
            if self.pairs.len() == self.history {
                self.pairs.pop_front();
            }
            self.pairs.push_back(Pair { step, change, rho: 1.0 / curvature });
        }
    }

    /// Evaluates at a length along the direction. A value that is not finite counts as too
    /// high. The gradient becomes the best one where the value is the `best` so far.
    fn try_length(&mut self, x: &[f32], length: f64, best: &mut Try, objective: &mut Objective<'_>) -> Try {
        for ((t, x), d) in self.trial.iter_mut().zip(x).zip(&self.direction) {
            *t = x + (length * f64::from(*d)) as f32;
        }
        let value = objective(&self.trial, &mut self.trial_gradient);
        let slope = dot(&self.trial_gradient, &self.direction);
        let tried = match value.is_finite() && slope.is_finite() {
            true => Try { length, value, slope },
            false => Try { length, value: f64::INFINITY, slope: 0.0 },
        };
        if tried.value < best.value {
            *best = tried;
            std::mem::swap(&mut self.trial_gradient, &mut self.best_gradient);
        }
        tried
    }

    /// The best length that was tried by the time that one satisfies the strong Wolfe conditions;
    /// length 0 where nothing is lower than the start. Its gradient is the best one.
    fn search(&mut self, x: &[f32], start: Try, first: f64, objective: &mut Objective<'_>) -> Try {
        let (mut best, mut before, mut length) = (start, start, first);
        for evaluation in 0..EVALUATIONS {
            let tried = self.try_length(x, length, &mut best, objective);
            if too_high(tried, start) || evaluation > 0 && tried.value >= before.value {
                return self.zoom(x, start, (before, tried), &mut best, EVALUATIONS - evaluation, objective);
            }
            if is_flat(tried, start) {
                return best;
            }
            if tried.slope >= 0.0 {
                return self.zoom(x, start, (tried, before), &mut best, EVALUATIONS - evaluation, objective);
            }
            let guess = cubic_minimum(before, tried).unwrap_or(2.0 * length);
            (before, length) = (tried, guess.clamp(1.1 * length, 10.0 * length));
        }
        best
    }

    /// Narrows an interval whose `low` end satisfies sufficient decrease.
    fn zoom(
        &mut self,
        x: &[f32],
        start: Try,
        (mut low, mut high): (Try, Try),
        best: &mut Try,
        evaluations: usize,
        objective: &mut Objective<'_>,
    ) -> Try {
        for _ in 1..evaluations {
            let (from, to) = (low.length.min(high.length), low.length.max(high.length));
            let width = to - from;
            if width <= f64::EPSILON * to {
                break;
            }
            let guess = cubic_minimum(low, high).unwrap_or(0.5 * (from + to));
            let tried = self.try_length(x, guess.clamp(from + 0.1 * width, to - 0.1 * width), best, objective);
            if too_high(tried, start) || tried.value >= low.value {
                high = tried;
                continue;
            }
            if is_flat(tried, start) {
                break;
            }
            if tried.slope * (high.length - low.length) >= 0.0 {
                high = low;
            }
            low = tried;
        }
        *best
    }
}

/// Whether a value is above the line of sufficient decrease.
fn too_high(tried: Try, start: Try) -> bool {
    tried.value > start.value + C1 * tried.length * start.slope
}

/// Whether the slope has become small.
fn is_flat(tried: Try, start: Try) -> bool {
    tried.slope.abs() <= -C2 * start.slope
}

/// Where the cubic through both values and slopes is least; `None` where it has no minimum.
fn cubic_minimum(a: Try, b: Try) -> Option<f64> {
    let (a, b) = if a.length <= b.length { (a, b) } else { (b, a) };
    let width = b.length - a.length;
    let d1 = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.length - b.length);
    let root = (d1 * d1 - a.slope * b.slope).sqrt();
    let minimum = b.length - width * (b.slope + root - d1) / (b.slope - a.slope + 2.0 * root);
    minimum.is_finite().then_some(minimum)
}

/// The sum of a function of all elements, in double precision and in a fixed order.
fn sum(x: &[f32], f: impl Fn(f64) -> f64 + Sync) -> f64 {
    reduce::tree(x.len(), &|begin, end| x[begin..end].iter().map(|v| f(f64::from(*v))).sum())
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    reduce::tree(a.len().min(b.len()), &|begin, end| {
        a[begin..end].iter().zip(&b[begin..end]).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    })
}

/// `x += factor y`.
fn add(x: &mut [f32], factor: f64, y: &[f32]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += (factor * f64::from(*y)) as f32);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values after each step from a point.
    fn descend(mut x: Vec<f32>, steps: usize, objective: &mut Objective<'_>) -> (Vec<f32>, Vec<f64>, usize) {
        let mut calls = 0;
        let mut counted = |x: &[f32], g: &mut [f32]| {
            calls += 1;
            objective(x, g)
        };
        let mut descent = Lbfgs::new(x.len(), 10);
        let mut values = Vec::new();
        for _ in 0..steps {
            descent.step(&mut x, &mut counted);
            values.push(descent.value.unwrap());
        }
        (x, values, calls)
    }

    /// Rosenbrock's function in ten dimensions.
    fn rosenbrock(x: &[f32], g: &mut [f32]) -> f64 {
        g.fill(0.0);
        let mut value = 0.0;
        for i in 0..x.len() - 1 {
            let (a, b) = (f64::from(x[i]), f64::from(x[i + 1]));
            value += 100.0 * (b - a * a).powi(2) + (1.0 - a).powi(2);
            g[i] += (-400.0 * a * (b - a * a) - 2.0 * (1.0 - a)) as f32;
            g[i + 1] += (200.0 * (b - a * a)) as f32;
        }
        value
    }

    #[test]
    fn a_quadratic_ends_at_its_minimum() {
        let mut bowl = |x: &[f32], g: &mut [f32]| {
            let mut value = 0.0;
            for (i, (x, g)) in x.iter().zip(g).enumerate() {
                let scale = 1.0 + 50.0 * i as f32;
                *g = scale * (x - 1.0);
                value += f64::from(0.5 * scale * (x - 1.0) * (x - 1.0));
            }
            value
        };
        let (x, values, _) = descend(vec![-3.0; 12], 40, &mut bowl);
        assert!(values.windows(2).all(|v| v[1] <= v[0]), "{values:?}");
        assert!(x.iter().all(|x| (x - 1.0).abs() < 1e-4), "{x:?}");
    }

    #[test]
    fn values_that_are_not_finite_are_stepped_back_from() {
        let mut log = |x: &[f32], g: &mut [f32]| {
            let x = f64::from(x[0]);
            g[0] = (1.0 - 1.0 / x) as f32;
            x - x.ln()
        };
        let (x, ..) = descend(vec![1e-3], 60, &mut log);
        assert!((x[0] - 1.0).abs() < 1e-3, "{x:?}");
        let mut nowhere = |_: &[f32], g: &mut [f32]| {
            g.fill(f32::NAN);
            f64::NAN
        };
        assert_eq!(descend(vec![1.0], 2, &mut nowhere).0, [1.0]);
    }

    /// The values of `torch.optim.LBFGS(lr=1, max_iter=1, history_size=10,
    /// line_search_fn='strong_wolfe')` of PyTorch 2 on the same function after each step.
    #[test]
    fn it_descends_as_pytorch_does() {
        let pytorch = [
            2617.835, 561.719, 189.4393, 49.73624, 15.20975, 9.683221, 9.346437, 9.311909, 9.296979, 9.238280,
            9.140565, 9.051801, 8.685535, 8.500765, 8.379820, 8.262528, 7.830749, 7.408117,
        ];
        let (x, values, calls) = descend(vec![-1.0; 10], 60, &mut rosenbrock);
        for (found, wanted) in values.iter().zip(pytorch) {
            assert!((found - wanted).abs() <= 1e-4 * wanted, "{values:?}");
        }
        // PyTorch has 2e-4 after 60 steps.
        assert!(values[59] < 1e-3 && (x[0] - 1.0).abs() < 1e-3, "{values:?} {x:?}");
        assert!(calls < 80, "{calls} evaluations");
    }
}
