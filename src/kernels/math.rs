//! Elementary functions without branches or calls, so that loops over them become vectors.
//!
//! NaN in gives NaN out. Bounds on the errors are in the tests.

/// Adding and subtracting 1.5 * 2^23 rounds to the nearest integer, which then stands in the
/// low bits.
const ROUND: f32 = 12_582_912.0;

/// `e^x`: range reduction by ln 2 in two parts (Cody and Waite 1980) and the polynomial of
/// the Cephes library's `expf`.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Beyond these bounds the result is 0 or infinite. Comparisons keep NaN, `max` would not.
    let x = if x < -104.0 { -104.0 } else { x };
    let x = if x > 89.0 { 89.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = (shifted.to_bits() as i32).wrapping_sub(ROUND.to_bits() as i32);
    let whole = shifted - ROUND;
    let r = (x - whole * 0.693_359_4) - whole * -2.121_944_4e-4;
    let mut p = 1.987_569_2e-4;
    p = p * r + 1.398_2e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let y = p * (r * r) + r + 1.0;
    // Two factors, since 2^128 and 2^-150 are no normal numbers.
    let half = n >> 1;
    y * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits((n.wrapping_add(127) as u32) << 23)
}

/// `tanh x`: the polynomial of the Cephes library's `tanhf` near 0, elsewhere by `e^2x`.
#[inline(always)]
pub fn tanh(x: f32) -> f32 {
    let z = x * x;
    let mut p = -5.704_988_7e-3;
    p = p * z + 2.063_909e-2;
    p = p * z - 5.373_971_6e-2;
    p = p * z + 1.333_144_2e-1;
    p = p * z - 3.333_328e-1;
    let small = p * z * x + x;
    let large = (1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0)).copysign(x);
    if x.abs() < 0.625 { small } else { large }
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// `e^x - 1` for `x <= 0`, exact near 0: `2 t / (1 - t)` with `t = tanh(x / 2)`.
#[inline(always)]
pub fn exp_m1_negative(x: f32) -> f32 {
    let t = tanh(0.5 * x);
    2.0 * t / (1.0 - t)
}

/// `ln(1 + x)` for `x` from 0 to 1: `2 artanh(x / (2 + x))` by its series.
#[inline(always)]
pub fn log1p_unit(x: f32) -> f32 {
    let s = x / (2.0 + x);
    let z = s * s;
    let mut p = 1.0 / 15.0;
    p = p * z + 1.0 / 13.0;
    p = p * z + 1.0 / 11.0;
    p = p * z + 1.0 / 9.0;
    p = p * z + 1.0 / 7.0;
    p = p * z + 1.0 / 5.0;
    p = p * z + 1.0 / 3.0;
    2.0 * (s + s * z * p)
}

/// The distribution function of the standard normal, `erfc(-x / sqrt 2) / 2`, with the
/// Chebyshev fit of `erfc` in Press et al., Numerical Recipes, 6.2.
#[inline(always)]
pub fn normal_cdf(x: f32) -> f32 {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.5 * z);
    let mut p = 0.170_872_77;
    p = p * t - 0.822_152_23;
    p = p * t + 1.488_515_9;
    p = p * t - 1.135_204;
    p = p * t + 0.278_868_07;
    p = p * t - 0.186_288_06;
    p = p * t + 0.096_784_18;
    p = p * t + 0.374_091_96;
    p = p * t + 1.000_023_7;
    p = p * t - 1.265_512_2;
    let upper = 0.5 * t * exp(p - z * z);
    if x > 0.0 { 1.0 - upper } else { upper }
}

/// The density of the standard normal.
#[inline(always)]
pub fn normal_density(x: f32) -> f32 {
    0.398_942_3 * exp(-0.5 * x * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The greatest relative error over a fine grid, in units of 2^-24.
    fn worst(f: fn(f32) -> f32, exact: fn(f64) -> f64, low: f32, high: f32) -> f64 {
        let n = 400_000;
        (0..=n)
            .map(|i| low + (high - low) * i as f32 / n as f32)
            .map(|x| {
                let want = exact(f64::from(x));
                (f64::from(f(x)) - want).abs() / want.abs().max(f64::from(f32::MIN_POSITIVE)) * f64::from(1 << 24)
            })
            .fold(0.0, f64::max)
    }

    #[test]
    fn errors_are_within_the_bounds() {
        let bounds = [
            ("exp", worst(exp, f64::exp, -87.3, 88.7), 3.0),
            ("tanh", worst(tanh, f64::tanh, -12.0, 12.0), 3.0),
            ("sigmoid", worst(sigmoid, |x| 1.0 / (1.0 + (-x).exp()), -80.0, 80.0), 5.0),
            ("log1p", worst(log1p_unit, f64::ln_1p, 1e-6, 1.0), 4.0),
            ("exp_m1", worst(exp_m1_negative, f64::exp_m1, -30.0, -1e-6), 6.0),
        ];
        for (name, found, bound) in bounds {
            assert!(found <= bound, "{name}: {found} units of 2^-24");
        }
    }

    #[test]
    fn the_normal_distribution_is_close() {
        // Integrated by Simpson's rule from 0.
        let mut sum = 0.0;
        let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
        let step = 1.0 / 256.0;
        for i in 0..1280 {
            let x = f64::from(i) * step;
            assert!((f64::from(normal_cdf(x as f32)) - (0.5 + sum)).abs() < 3e-7, "{x}");
            assert!((f64::from(normal_cdf(-x as f32)) - (0.5 - sum)).abs() < 3e-7, "{x}");
            sum += step / 6.0 * (density(x) + 4.0 * density(x + step / 2.0) + density(x + step));
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!(exp(f32::INFINITY), f32::INFINITY);
        assert_eq!(exp(f32::NEG_INFINITY), 0.0);
        assert_eq!(exp(0.0), 1.0);
        assert!((exp(-95.0) - (-95f32).exp()).abs() < 1e-44);
        for f in [exp, tanh, sigmoid, exp_m1_negative, normal_cdf] {
            assert!(f(f32::NAN).is_nan());
        }
        assert_eq!((tanh(40.0), tanh(-40.0), tanh(0.0)), (1.0, -1.0, 0.0));
        assert_eq!((sigmoid(-200.0), sigmoid(200.0)), (0.0, 1.0));
    }
}
