"""Pure geometry: conversion between datums, and where polygons overlap or leave gaps."""
