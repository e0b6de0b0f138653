//! Faces: verification (is it this person?) and identification (who is it?).

mod embed;
mod measure;
mod store;

pub use embed::Embedder;
pub use measure::{Measured, measure_embeddings, measure_pairs};
pub use store::{Enrolment, Gallery, Model, Person, Store, Threshold};

use std::cmp::Ordering;

use serde::Serialize;

use crate::kernels::search::dot_rows;

/// A person with how similar their most similar photo is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Match {
    /// The name.
    pub name: String,
    /// The cosine of the embeddings, from -1 to 1.
    pub similarity: f64,
}

impl Gallery {
    /// How many photos it has.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The most similar people, the most similar first, by an exact search over all photos. Of
    /// equals the first enrolled comes first.
    pub fn nearest(&self, embedding: &[f32], top: usize) -> Vec<Match> {
        let mut cosines = vec![0.0; self.len()];
        if self.embeddings.len() == self.len() * embedding.len() {
            dot_rows(&self.embeddings, embedding, &mut cosines);
        }
        let mut best = vec![f32::NEG_INFINITY; self.names.len()];
        for (person, cosine) in self.people.iter().zip(&cosines) {
            let own = &mut best[*person as usize];
            *own = if *cosine > *own { *cosine } else { *own };
        }
        let mut order = greatest(&best, top);
        order.sort_unstable_by(|a, b| before(&best, a, b));
        order.into_iter().map(|i| Match { name: self.names[i].clone(), similarity: f64::from(best[i]) }).collect()
    }
}

/// Whether one place comes before another: by the greater value, and of equals by its number.
fn before(values: &[f32], a: &usize, b: &usize) -> Ordering {
    values[*b].total_cmp(&values[*a]).then(a.cmp(b))
}

/// The places of the `count` greatest values above negative infinity, in no order. The values are read
/// once, and few of them are held.
fn greatest(values: &[f32], count: usize) -> Vec<usize> {
    let room = count.saturating_mul(2).max(64);
    let (mut held, mut floor) = (Vec::new(), f32::NEG_INFINITY);
    for (place, value) in values.iter().enumerate() {
        if *value <= floor || count == 0 {
            continue;
        }
        held.push(place);
        if held.len() == room {
            let (_, last, _) = held.select_nth_unstable_by(count - 1, |a, b| before(values, a, b));
            floor = values[*last];
            held.truncate(count);
        }
    }
    if held.len() > count {
        held.select_nth_unstable_by(count - 1, |a, b| before(values, a, b));
        held.truncate(count);
    }
    held
}

/// The cosine of two embeddings of length one.
pub fn similarity(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_are_those_of_a_sort() {
        let values: Vec<f32> = (0..1000u32).map(|i| f32::from((i.wrapping_mul(2_654_435_761) >> 24) as u8)).collect();
        for count in [0, 1, 3, 40, 999, 1000, 5000] {
            let mut sorted: Vec<usize> = (0..values.len()).collect();
            sorted.sort_by(|a, b| before(&values, a, b));
            sorted.truncate(count);
            let mut found = greatest(&values, count);
            found.sort_by(|a, b| before(&values, a, b));
            assert_eq!(found, sorted, "{count}");
        }
    }

    #[test]
    fn the_best_photo_of_each_person_counts() {
        let gallery = Gallery {
            names: ["ada", "bob", "eve"].map(String::from).to_vec(),
            people: vec![0, 1, 0, 2],
            embeddings: vec![1.0, 0.0, 0.0, 1.0, 0.6, 0.8, -1.0, 0.0],
        };
        let names = |top| gallery.nearest(&[0.6, 0.8], top).into_iter().map(|m| m.name).collect::<Vec<_>>();
        assert_eq!(names(2), ["ada", "bob"]);
        assert_eq!(names(9), ["ada", "bob", "eve"]);
        assert_eq!(names(0), Vec::<String>::new());
        assert!((gallery.nearest(&[0.6, 0.8], 1)[0].similarity - 1.0).abs() < 1e-6);
    }
}
