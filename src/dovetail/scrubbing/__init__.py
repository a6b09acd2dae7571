"""All samples are looked through now and then: what a disk has spoilt is found before anybody asks for it."""
