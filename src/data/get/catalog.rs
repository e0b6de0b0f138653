//! The data sets that are known, with their addresses and checksums.

use super::digest::Checksum;

/// A data set that can be fetched.
#[derive(Debug)]
pub struct Known {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is.
    pub about: &'static str,
    /// Folders that hold its files; they are tried in this order.
    pub mirrors: &'static [&'static str],
    /// Its files.
    pub files: &'static [Remote],
}

/// A file of a data set.
#[derive(Debug)]
pub struct Remote {
    /// Its name in a mirror's folder.
    pub name: &'static str,
    /// What its content must have.
    pub checksum: Checksum,
    /// The folder of regular files that it unpacks to; `None` for a file that is kept as it is.
    pub unpacks: Option<&'static str>,
}

const fn kept(name: &'static str, md5: &'static str) -> Remote {
    Remote { name, checksum: Checksum::Md5(md5), unpacks: None }
}

const fn archive(name: &'static str, md5: &'static str, folder: &'static str) -> Remote {
    Remote { name, checksum: Checksum::Md5(md5), unpacks: Some(folder) }
}

/// Checksums of the digits and clothes are those of `torchvision.datasets.mnist` (0.24 and 0.29), and
/// those of CIFAR the ones in the table of its page, <https://www.cs.toronto.edu/~kriz/cifar.html>, for
/// the binary versions.
pub static KNOWN: &[Known] = &[
    Known {
        name: "mnist",
        about: "handwritten digits, 28x28 grey, 60,000 + 10,000, 11 MB",
        mirrors: &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        files: &[
            kept("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            kept("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432"),
            kept("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3"),
            kept("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c"),
        ],
    },
    Known {
        name: "fashion_mnist",
        about: "pieces of clothing, 28x28 grey, 60,000 + 10,000, 30 MB",
        mirrors: &["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
        files: &[
            kept("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            kept("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe"),
            kept("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79"),
            kept("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310"),
        ],
    },
    Known {
        name: "kmnist",
        about: "cursive Japanese characters, 28x28 grey, 60,000 + 10,000, 21 MB",
        mirrors: &["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
        files: &[
            kept("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7"),
            kept("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344"),
            kept("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7"),
            kept("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134"),
        ],
    },
    Known {
        name: "cifar10",
        about: "small photos of 10 classes, 32x32 colour, 50,000 + 10,000, 162 MB",
        mirrors: &["https://www.cs.toronto.edu/~kriz/"],
        files: &[archive("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", "cifar-10-batches-bin")],
    },
    Known {
        name: "cifar100",
        about: "small photos of 100 classes, 32x32 colour, 50,000 + 10,000, 161 MB",
        mirrors: &["https://www.cs.toronto.edu/~kriz/"],
        files: &[archive("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", "cifar-100-binary")],
    },
];

/// The data set of this name.
pub fn find(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name)
}
