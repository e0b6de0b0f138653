//! The lighting of AlexNet (Krizhevsky et al. 2012, section 4.1): every image gets a multiple of the
//! principal components of the data set's colours added, by magnitudes that are drawn.

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::random;

use super::Planes;

/// The principal components of red, green and blue, for pixels from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lighting {
    /// Eigenvalues of the covariance, the greatest first.
    pub values: [f64; 3],
    /// Their eigenvectors, of length 1.
    pub vectors: [[f64; 3]; 3],
}

/// The covariance of red, green and blue over many pixels.
#[derive(Clone, Copy, Debug, Default)]
pub struct Colors {
    count: f64,
    mean: [f64; 3],
    /// Sums of products of deviations from the mean.
    products: [[f64; 3]; 3],
}

impl Colors {
    /// Takes in an image of three channels; one with others is passed over.
    pub fn add(&mut self, image: &Planes) {
        let size = image.height * image.width;
        if image.channels != 3 || size == 0 || image.white <= 0.0 {
            return;
        }
        let pixel = |at: usize| [0, 1, 2].map(|c| f64::from(image.data[c * size + at] / image.white));
        let mut sum = [0.0; 3];
        (0..size).for_each(|at| (0..3).for_each(|c| sum[c] += pixel(at)[c]));
        let mean = sum.map(|s| s / size as f64);
        let mut products = [[0.0; 3]; 3];
        for at in 0..size {
            let value = pixel(at);
            let deviation = [0, 1, 2].map(|c| value[c] - mean[c]);
            (0..9).for_each(|k| products[k / 3][k % 3] += deviation[k / 3] * deviation[k % 3]);
        }
        self.merge(Colors { count: size as f64, mean, products });
    }

    /// Takes in the pixels of another set (Chan et al. 1979).
    pub fn merge(&mut self, Colors { count, mean, products }: Colors) {
        let total = self.count + count;
        if total == 0.0 {
            return;
        }
        let apart = [0, 1, 2].map(|c| mean[c] - self.mean[c]);
        for (a, row) in self.products.iter_mut().enumerate() {
            for (b, product) in row.iter_mut().enumerate() {
                *product += products[a][b] + apart[a] * apart[b] * self.count * count / total;
            }
        }
        (0..3).for_each(|c| self.mean[c] += apart[c] * count / total);
        self.count = total;
    }

    /// The principal components; `None` without a pixel.
    pub fn lighting(&self) -> Option<Lighting> {
        (self.count > 0.0).then(|| eigen(self.products.map(|row| row.map(|p| p / self.count))))
    }
}

/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's rotations. The greatest component
/// of each vector is positive, so that the same matrix always gives the same vectors.
fn eigen(mut a: [[f64; 3]; 3]) -> Lighting {
    let mut v = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    for _ in 0..32 {
        for (p, q) in [(0, 1), (0, 2), (1, 2)] {
            if a[p][q] == 0.0 {
                continue;
            }
            let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
            let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
            let c = 1.0 / (t * t + 1.0).sqrt();
            let s = t * c;
            for row in &mut a {
                (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
            }
            for k in 0..3 {
                (a[p][k], a[q][k]) = (c * a[p][k] - s * a[q][k], s * a[p][k] + c * a[q][k]);
                (v[k][p], v[k][q]) = (c * v[k][p] - s * v[k][q], s * v[k][p] + c * v[k][q]);
            }
        }
    }
    let mut order = [0, 1, 2];
    order.sort_by(|i, j| a[*j][*j].total_cmp(&a[*i][*i]));
    let vector = |i: usize| {
        let column = [0, 1, 2].map(|k| v[k][i]);
        let greatest = column.iter().fold(0.0f64, |m, x| if x.abs() > m.abs() { *x } else { m });
        column.map(|x| if greatest < 0.0 { -x } else { x })
    };
    Lighting { values: order.map(|i| a[i][i].max(0.0)), vectors: order.map(vector) }
}

/// Adds `sum_k alpha_k value_k vector_k` to every pixel, with `alpha` drawn from a normal
/// distribution of this deviation.
pub(super) fn light(image: &mut Planes, lighting: &Lighting, std: f64, rng: &mut ChaCha8Rng) {
    let alphas = [(); 3].map(|()| f64::from(random::normal(rng)) * std);
    let white = f64::from(image.white);
    let shift = |c: usize| -> f64 { (0..3).map(|k| alphas[k] * lighting.values[k] * lighting.vectors[k][c]).sum() };
    let shifts = [0, 1, 2].map(|c| (shift(c) * white) as f32);
    for (plane, shift) in image.planes_mut().zip(shifts) {
        plane.iter_mut().for_each(|v| *v += shift);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::augment::Placement;
    use crate::random::Purpose;

    #[test]
    fn components_of_known_colours() {
        // Pixels along one direction, and a little across it.
        let direction = [0.6, 0.8, 0.0];
        let data: Vec<f32> = (0..3)
            .flat_map(|c| {
                (0..400).map(move |i| {
                    (direction[c] * (f64::from(i % 20) / 40.0)) as f32
                        + if c == 2 { (i / 20) as f32 / 400.0 } else { 0.0 }
                })
            })
            .collect();
        let image = Planes { channels: 3, height: 20, width: 20, data, white: 1.0, place: Placement::IDENTITY };
        let mut colors = Colors::default();
        colors.add(&image);
        colors.add(&image);
        let lighting = colors.lighting().expect("there are pixels");
        // The variance of 0, 1, ..., 19 is 33.25.
        let expected = [33.25 / 1600.0, 33.25 / 160_000.0, 0.0];
        for (found, expected) in lighting.values.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-7, "{found}, not {expected}");
        }
        for (found, expected) in lighting.vectors[0].iter().zip(direction) {
            assert!((found - expected).abs() < 1e-4, "{:?}", lighting.vectors);
        }
        assert_eq!(Colors::default().lighting(), None);
    }

    #[test]
    fn an_image_moves_along_the_components() {
        let lighting =
            Lighting { values: [1.0, 0.0, 0.0], vectors: [[0.6, 0.8, 0.0], [0.8, -0.6, 0.0], [0.0, 0.0, 1.0]] };
        let mut image =
            Planes { channels: 3, height: 1, width: 2, data: vec![0.5; 6], white: 2.0, place: Placement::IDENTITY };
        light(&mut image, &lighting, 0.1, &mut random::stream(3, Purpose::Sample, 0, 0));
        let moved: Vec<f32> = image.data.iter().map(|v| v - 0.5).collect();
        assert!(moved[0] != 0.0 && moved[0] == moved[1]);
        assert!((moved[0] / 0.6 - moved[2] / 0.8).abs() < 1e-6 && moved[4] == 0.0, "{moved:?}");
    }
}
