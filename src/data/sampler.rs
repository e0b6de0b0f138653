//! Examples composed of the images of a data set: batches of people, pairs and triplets.
//!
//! A composition is a data set of its own, made anew for every epoch from the seed and the epoch
//! alone.

use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

use crate::config::Sampler;
use crate::diag::{Diagnostic, codes};
use crate::random::{self, Purpose};

use super::image::Image;
use super::{DataError, Dataset, Labels};

/// Composes the examples of each epoch.
pub struct Composer {
    inner: Arc<dyn Dataset>,
    sampler: Sampler,
    seed: u64,
    /// The images of each class that has at least two.
    classes: Vec<Vec<usize>>,
}

impl Composer {
    /// A composer over a data set; `None` where every image is an example of its own.
    ///
    /// # Errors
    /// Images without classes, or too few of them.
    pub fn new(inner: Arc<dyn Dataset>, sampler: Sampler, seed: u64) -> Result<Option<Composer>, Diagnostic> {
        if sampler == Sampler::Each {
            return Ok(None);
        }
        let refuse = |message: String, help: &str| Err(Diagnostic::error(codes::NO_EXAMPLES, message).help(help));
        if inner.slots() != 1 {
            return refuse("the examples of the data set are composed already".into(), "leave `sampler` out");
        }
        if inner.weights().is_some() {
            return refuse(
                "`sampler` composes examples, and the data set has weights for images".into(),
                "leave it out",
            );
        }
        let mut by_class: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for index in 0..inner.len() {
            let Some(class) = inner.labels().class(index) else {
                return refuse("`sampler` needs a class for each image, and these have numbers".into(), "leave it out");
            };
            by_class.entry(class).or_default().push(index);
        }
        let classes: Vec<Vec<usize>> = by_class.into_values().filter(|own| own.len() > 1).collect();
        let needed = match sampler {
            Sampler::Pk { people, .. } => people,
            Sampler::Each | Sampler::Pairs { .. } | Sampler::Triplets { .. } => 2,
        };
        if classes.len() < needed {
            let message =
                format!("`sampler` needs {needed} classes of two images or more, and there are {}", classes.len());
            return refuse(message, "a class is a folder of images of one person or thing");
        }
        Ok(Some(Composer { inner, sampler, seed, classes }))
    }

    /// Examples of a batch that the composition asks for.
    pub fn batch(&self) -> Option<usize> {
        self.sampler.batch()
    }

    /// The examples of an epoch, in order.
    pub fn epoch(&self, epoch: u64) -> Arc<dyn Dataset> {
        let mut rng = random::stream(self.seed, Purpose::Compose, epoch, 0);
        let images = self.classes.iter().map(Vec::len).sum();
        let of_first = |list: &[usize], slots: usize| -> Vec<usize> { list.iter().step_by(slots).copied().collect() };
        let (list, labels) = match self.sampler {
            Sampler::Each => {
                let all: Vec<usize> = (0..self.inner.len()).collect();
                let labels = self.inner.labels().clone();
                (all, labels)
            }
            Sampler::Pk { people, images } => {
                let list = self.people(people, images, &mut rng);
                let labels = self.inner.labels().pick(&list);
                (list, labels)
            }
            Sampler::Pairs { count, same } => {
                let count = count.unwrap_or(images);
                let (list, labels) = self.pairs(count, (count as f64 * same).round() as usize, &mut rng);
                (list, Labels::Classes(labels))
            }
            Sampler::Triplets { count } => {
                let list = self.triplets(count.unwrap_or(images), &mut rng);
                let labels = self.inner.labels().pick(&of_first(&list, 3));
                (list, labels)
            }
        };
        Arc::new(Composed { inner: self.inner.clone(), slots: self.sampler.slots(), images: list, labels })
    }

    /// Batches of `people` classes with `images` of each. Every image comes about once in a pass:
    /// the images of a class are shuffled and cut into groups, the last of which begins again
    /// where it runs out, and a batch takes groups of the classes that have most of them left.
    /// Groups of fewer than `people` classes at the end are left out.
    fn people(&self, people: usize, images: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let orders: Vec<Vec<usize>> = self.classes.iter().map(|own| shuffled(own, rng)).collect();
        let mut left: BinaryHeap<(usize, u64, usize)> =
            orders.iter().enumerate().map(|(c, own)| (own.len().div_ceil(images), rng.next_u64(), c)).collect();
        let mut list = Vec::new();
        while left.len() >= people {
            let taken: Vec<_> = (0..people).filter_map(|_| left.pop()).collect();
            for (groups, _, class) in taken {
                let own = &orders[class];
                let begin = (own.len().div_ceil(images) - groups) * images;
                list.extend(own.iter().cycle().skip(begin).take(images));
                if groups > 1 {
                    left.push((groups - 1, rng.next_u64(), class));
                }
            }
        }
        list
    }

    /// Pairs, of which `same` are of one class, in random order, with 1 for one class and 0 for
    /// two. The first images walk through the whole set.
    fn pairs(&self, count: usize, same: usize, rng: &mut ChaCha8Rng) -> (Vec<usize>, Vec<u32>) {
        let firsts = self.walk(count, rng);
        let kinds = random::permutation(rng, count);
        let mut list = Vec::with_capacity(2 * count);
        let mut labels = Vec::with_capacity(count);
        for ((class, first), kind) in firsts.into_iter().zip(kinds) {
            let second = if kind < same { self.other_of(class, first, rng) } else { self.of_another(class, rng) };
            list.extend([self.classes[class][first], second]);
            labels.push(u32::from(kind < same));
        }
        (list, labels)
    }

    /// Triplets of an anchor, another image of its class, and one of another class.
    fn triplets(&self, count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
        let anchors = self.walk(count, rng);
        let mut list = Vec::with_capacity(3 * count);
        for (class, anchor) in anchors {
            let positive = self.other_of(class, anchor, rng);
            list.extend([self.classes[class][anchor], positive, self.of_another(class, rng)]);
        }
        list
    }

    /// `count` images as class and position in it: all of the set in random order, and again.
    fn walk(&self, count: usize, rng: &mut ChaCha8Rng) -> Vec<(usize, usize)> {
        let places = self.classes.iter().enumerate();
        let all: Vec<_> = places.flat_map(|(class, own)| (0..own.len()).map(move |at| (class, at))).collect();
        let mut walk = Vec::with_capacity(count);
        while walk.len() < count {
            walk.extend(shuffled(&all, rng).into_iter().take(count - walk.len()));
        }
        walk
    }

    /// Another image of the class.
    fn other_of(&self, class: usize, not: usize, rng: &mut ChaCha8Rng) -> usize {
        let own = &self.classes[class];
        own[(not + 1 + random::below(rng, own.len() as u64 - 1) as usize) % own.len()]
    }

    /// An image of another class, all of which are as likely.
    fn of_another(&self, class: usize, rng: &mut ChaCha8Rng) -> usize {
        let n = self.classes.len();
        let other = &self.classes[(class + 1 + random::below(rng, n as u64 - 1) as usize) % n];
        other[random::below(rng, other.len() as u64) as usize]
    }
}

fn shuffled<T: Copy>(list: &[T], rng: &mut ChaCha8Rng) -> Vec<T> {
    random::permutation(rng, list.len()).into_iter().map(|at| list[at]).collect()
}

/// Examples of several images of another data set.
struct Composed {
    inner: Arc<dyn Dataset>,
    slots: usize,
    /// `[example][slot]`, as indices of `inner`.
    images: Vec<usize>,
    labels: Labels,
}

impl Composed {
    fn index(&self, index: usize, slot: usize) -> Option<usize> {
        let at = index.checked_mul(self.slots)?.checked_add(slot).filter(|_| slot < self.slots)?;
        self.images.get(at).copied()
    }
}

impl Dataset for Composed {
    fn slots(&self) -> usize {
        self.slots
    }

    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        self.image_at(index, 0)
    }

    fn image_at(&self, index: usize, slot: usize) -> Result<Image<'_>, DataError> {
        match self.index(index, slot) {
            Some(inner) => self.inner.image(inner),
            None => Err(DataError::damaged(index, self.place(index), "there is no such example")),
        }
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn names(&self) -> &[String] {
        if self.slots == 2 { &[] } else { self.inner.names() }
    }

    fn place(&self, index: usize) -> String {
        let places = (0..self.slots).filter_map(|slot| Some(self.inner.place(self.index(index, slot)?)));
        places.collect::<Vec<_>>().join(", ")
    }

    fn shape(&self) -> Option<[usize; 3]> {
        self.inner.shape()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::memory::{InMemory, Store};
    use super::*;

    /// Images of one pixel, whose value is their index.
    fn set(classes: &[u32]) -> Arc<dyn Dataset> {
        Arc::new(InMemory {
            title: "test".into(),
            shape: [1, 1, 1],
            store: Store::F32((0..classes.len()).map(|i| i as f32).collect()),
            labels: Labels::Classes(classes.to_vec()),
            weights: None,
            names: Vec::new(),
        })
    }

    fn compose(classes: &[u32], sampler: Sampler, epoch: u64) -> (Vec<usize>, Labels) {
        let composer = Composer::new(set(classes), sampler, 5).unwrap().unwrap();
        let examples = composer.epoch(epoch);
        let pixel = |i, slot| match examples.image_at(i, slot).unwrap().pixels {
            super::super::Pixels::F32(p) => p[0] as usize,
            super::super::Pixels::U8(_) => unreachable!("the set has floats"),
        };
        let slots = examples.slots();
        let list = (0..examples.len()).flat_map(|i| (0..slots).map(move |slot| (i, slot)));
        (list.map(|(i, slot)| pixel(i, slot)).collect(), examples.labels().clone())
    }

    #[test]
    fn batches_hold_people_with_their_images() {
        // Classes of 5, 3, 4, 1 and 4 images; the single one is left out.
        let classes = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 3, 4, 4, 4, 4];
        let sampler = Sampler::Pk { people: 2, images: 2 };
        let (list, labels) = compose(&classes, sampler, 3);
        assert_eq!(list.len(), 16, "3 + 2 + 2 + 2 groups, of which one finds no partner");
        for batch in list.chunks(4) {
            let [a, b, c, d] = [0, 1, 2, 3].map(|i| classes[batch[i]]);
            assert!(a == b && c == d && a != c, "{batch:?}");
            assert!(batch[0] != batch[1] && batch[2] != batch[3], "{batch:?}");
        }
        assert_eq!(labels, Labels::Classes(list.iter().map(|i| classes[*i]).collect()));
        assert_eq!(compose(&classes, sampler, 3).0, list);
        let other = compose(&classes, sampler, 4).0;
        assert_ne!(other, list);
        assert_eq!(other.len(), list.len(), "each epoch has as many batches");
    }

    #[test]
    fn pairs_say_whether_they_are_of_one_class() {
        let classes = [0, 0, 0, 1, 1, 2, 2, 2];
        let (list, labels) = compose(&classes, Sampler::Pairs { count: Some(20), same: 0.25 }, 0);
        let Labels::Classes(labels) = labels else { panic!("pairs have classes") };
        assert_eq!(labels.iter().sum::<u32>(), 5);
        for (pair, same) in list.chunks(2).zip(&labels) {
            assert_ne!(pair[0], pair[1]);
            assert_eq!(u32::from(classes[pair[0]] == classes[pair[1]]), *same);
        }
        let firsts: BTreeSet<_> = list.chunks(2).take(8).map(|p| p[0]).collect();
        assert_eq!(firsts.len(), 8, "every image comes first before one does again");
    }

    #[test]
    fn triplets_have_a_positive_and_a_negative() {
        let classes = [0, 0, 0, 1, 1, 2, 2, 2];
        let (list, labels) = compose(&classes, Sampler::Triplets { count: None }, 0);
        assert_eq!((list.len(), labels.len()), (24, 8));
        for (t, label) in list.chunks(3).zip(0..) {
            assert!(t[0] != t[1] && classes[t[0]] == classes[t[1]] && classes[t[0]] != classes[t[2]], "{t:?}");
            assert_eq!(labels.class(label), Some(classes[t[0]]));
        }
    }

    #[test]
    fn too_few_classes_are_refused() {
        let refused = |classes: &[u32], sampler| Composer::new(set(classes), sampler, 0).err().map(|d| d.message);
        let pk = Sampler::Pk { people: 3, images: 2 };
        let expected = "`sampler` needs 3 classes of two images or more, and there are 2";
        assert_eq!(refused(&[0, 0, 1, 1, 2], pk).as_deref(), Some(expected));
        assert!(refused(&[0, 0], Sampler::Triplets { count: None }).is_some());
        assert!(refused(&[0, 0, 1, 1], Sampler::Triplets { count: None }).is_none());
    }
}
